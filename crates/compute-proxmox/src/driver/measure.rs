//! What a guest uses. The cluster tells how busy its processors are now; how long they were busy is added up from that.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use compute_driver::{DriverError, Measurement, Reference, Status};

use super::view::FRESH;
use super::{Proxmox, look, mark};
use crate::call::{At, guest};
use crate::client::Fields;

/// The cluster's list lags behind; a guest that we switched within this time is asked for by itself.
const LAGS: Duration = Duration::from_secs(60);
/// The finest averages that are kept cover an hour, and one stands for a minute.
const HOUR: u64 = 3600;
const MINUTE: f64 = 60.0;

/// Processor time of one guest, added up while this process watches it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counter {
    cpu_us: u64,
    uptime: u64,
    at: Instant,
}

/// What the guest uses.
pub(super) async fn measure(proxmox: &Proxmox, reference: &Reference) -> Result<Measurement, DriverError> {
    let view = proxmox.view(FRESH).await?;
    let settled = !proxmox.was_touched(reference, LAGS);
    let listed = view.guests.iter().find(|guest| mark::carries(&guest.tags, reference) && guest.status == Status::Running);
    if let Some(entry) = listed.filter(|entry| settled && entry.said.count("uptime").unwrap_or(0) > 0) {
        return Ok(figures(proxmox, &entry.at, &entry.said).await);
    }
    let (at, said) = proxmox.current(reference).await?;
    if look::status(&said) == Status::Stopped {
        proxmox.shared.counters.lock().unwrap_or_else(PoisonError::into_inner).remove(&at.vmid);
        return Ok(Measurement { disk_allocated_bytes: disk(&said), ..Measurement::default() });
    }
    Ok(figures(proxmox, &at, &said).await)
}

async fn figures(proxmox: &Proxmox, at: &At, said: &Fields) -> Measurement {
    let count = |name: &str| said.count(name).unwrap_or(0);
    // A guest that has just been started has an uptime of zero seconds, and runs.
    let uptime_us = count("uptime").saturating_mul(1_000_000).max(1);
    Measurement {
        uptime_us,
        cpu_us: cpu_time(proxmox, at, said).await.min(uptime_us.saturating_mul(cpus(said))),
        disk_allocated_bytes: disk(said),
        net_received_bytes: count("netin"),
        net_sent_bytes: count("netout"),
        memory_used_bytes: count("mem"),
        disk_read_bytes: count("diskread"),
        disk_written_bytes: count("diskwrite"),
        // Operations are not counted by the cluster.
        ..Measurement::default()
    }
}

fn cpus(said: &Fields) -> u64 {
    said.count("maxcpu").or_else(|| said.count("cpus")).unwrap_or(1).max(1)
}

/// The cluster knows what a virtual machine occupies on few storages only; where it does not, the disk's size is what is taken.
fn disk(said: &Fields) -> u64 {
    said.count("disk").filter(|bytes| *bytes > 0).or_else(|| said.count("maxdisk")).unwrap_or(0)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "shares of seconds, far from the limits")]
fn busy_us(share: f64, cpus: u64, seconds: f64) -> u64 {
    (share.max(0.0) * cpus as f64 * seconds * 1e6) as u64
}

async fn cpu_time(proxmox: &Proxmox, at: &At, said: &Fields) -> u64 {
    let (uptime, cpus, share) = (said.count("uptime").unwrap_or(0), cpus(said), said.number("cpu").unwrap_or(0.0));
    let known = proxmox.shared.counters.lock().unwrap_or_else(PoisonError::into_inner).get(&at.vmid).copied();
    let counter = match known.filter(|known| known.uptime <= uptime) {
        Some(known) => {
            let passed = known.at.elapsed().as_secs_f64();
            Counter { cpu_us: known.cpu_us.saturating_add(busy_us(share, cpus, passed)), uptime, at: Instant::now() }
        }
        None => Counter { cpu_us: so_far(proxmox, at, uptime, cpus).await, uptime, at: Instant::now() },
    };
    proxmox.shared.counters.lock().unwrap_or_else(PoisonError::into_inner).insert(at.vmid, counter);
    counter.cpu_us
}

/// From the averages of the last hour, which stand for what was before too. Zero where there are none yet.
async fn so_far(proxmox: &Proxmox, at: &At, uptime: u64, cpus: u64) -> u64 {
    let Ok(said) = proxmox.client().ask(&guest::figures(at, "hour")).await else { return 0 };
    let shares: Vec<f64> = Fields::each(said).iter().filter_map(|point| point.number("cpu")).collect();
    let minutes = usize::try_from(uptime.min(HOUR).div_ceil(60)).unwrap_or(0);
    let recent = shares.get(shares.len().saturating_sub(minutes)..).unwrap_or_default();
    let within: u64 = recent.iter().map(|share| busy_us(*share, cpus, MINUTE)).sum();
    if uptime > HOUR { within.saturating_mul(uptime) / HOUR } else { within }
}
