//! What a simulated guest uses: a load that rises and falls every ten minutes, so that figures look like those of a real one.

use std::time::Duration;

use crate::{GuestSpec, Measurement};

/// Microseconds from one low point of the load to the next.
const PERIOD: u64 = 600_000_000;
const DISK: u64 = 1_048_576;

/// Of a guest without power.
pub(super) fn idle() -> Measurement {
    Measurement { disk_allocated_bytes: DISK, ..Measurement::default() }
}

/// Of a guest that has had power for `uptime`.
pub(super) fn after(uptime: Duration, spec: &GuestSpec) -> Measurement {
    let uptime_us = u64::try_from(uptime.as_micros()).unwrap_or(u64::MAX).max(1);
    let work = work(uptime_us);
    Measurement {
        uptime_us,
        // Between a twentieth and a half of its processors.
        cpu_us: (uptime_us / 20 + work * 9 / 20) * u64::from(spec.cpus),
        disk_allocated_bytes: DISK,
        net_received_bytes: uptime_us / 1_000 + work / 50,
        net_sent_bytes: uptime_us / 2_000 + work / 20,
        // Three eighths of its memory, and up to an eighth more.
        memory_used_bytes: (u64::from(spec.memory_mib) << 17) * 3 + ((u64::from(spec.memory_mib) << 17) / 1_000) * (load(uptime_us) / (PERIOD / 2_000)),
        disk_read_bytes: uptime_us / 500,
        disk_written_bytes: uptime_us / 1_000 + work / 10,
        disk_reads: uptime_us / 500_000,
        disk_writes: uptime_us / 1_000_000,
    }
}

/// How far the load has risen within its period: from 0 to half the period, and back.
fn load(at: u64) -> u64 {
    let within = at % PERIOD;
    within.min(PERIOD - within)
}

/// The load added up, as microseconds of full work: half of the time that has passed, in waves.
fn work(at: u64) -> u64 {
    let (whole, within) = (at / PERIOD, at % PERIOD);
    let rising = |time: u64| time * time / PERIOD;
    let part = if within <= PERIOD / 2 { rising(within) } else { PERIOD / 2 - rising(PERIOD - within) };
    whole * (PERIOD / 2) + part
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reference;

    #[test]
    fn counters_only_grow_and_the_load_moves() {
        let spec = GuestSpec {
            reference: Reference::parse("vm_1").unwrap(),
            hostname: "web".into(),
            ssh_keys: Vec::new(),
            cpus: 2,
            memory_mib: 512,
            disk_gib: 1,
            template: "tiny".into(),
            mac: "52:54:00:12:34:56".into(),
            ssh_port: None,
            user_data: None,
            password: None,
            card: None,
            cut_off: false,
            avoid: Vec::new(),
        };
        let minutes: Vec<Measurement> = (1..60).map(|minute| after(Duration::from_secs(minute * 60), &spec)).collect();
        let shares: Vec<u64> = minutes.windows(2).map(|pair| (pair[1].cpu_us - pair[0].cpu_us) * 100 / 120_000_000).collect();
        assert!(shares.iter().all(|share| (5..=50).contains(share)), "{shares:?}");
        assert!(shares.iter().max() > shares.iter().min().map(|least| least + 20).as_ref(), "{shares:?}");
        assert!(minutes.windows(2).all(|pair| pair[1].net_sent_bytes > pair[0].net_sent_bytes && pair[1].disk_written_bytes > pair[0].disk_written_bytes));
        assert!(minutes.iter().all(|said| (192 << 20..=256 << 20).contains(&said.memory_used_bytes)));
    }
}
