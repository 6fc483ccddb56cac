//! What a guest uses. The cluster tells how busy its processors are now; how long they were busy is added up from that.

use std::collections::{BTreeMap, HashMap};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use compute_driver::{DriverError, Measurement, Reference, Status};

use super::view::{Entry, FRESH};
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
        let cpu_us = cpu_time(proxmox, &entry.at, &entry.said).await;
        return Ok(figures(&entry.said, cpu_us));
    }
    let (at, said) = proxmox.current(reference).await?;
    if look::status(&said) == Status::Stopped {
        return Ok(without_power(proxmox, &at, &said));
    }
    let cpu_us = cpu_time(proxmox, &at, &said).await;
    Ok(figures(&said, cpu_us))
}

/// What all of them use, from the one list. Only a guest that was switched just now, which the list does not know yet, costs a call.
pub(super) async fn measure_all(proxmox: &Proxmox, references: &[Reference]) -> Result<BTreeMap<Reference, Measurement>, DriverError> {
    let view = proxmox.view(FRESH).await?;
    let listed: HashMap<Reference, &Entry> = view.guests.iter().filter_map(|entry| Some((entry.reference()?, entry))).collect();
    let mut found = BTreeMap::new();
    for reference in references {
        let Some(entry) = listed.get(reference) else { continue };
        let running = entry.status == Status::Running && entry.said.count("uptime").unwrap_or(0) > 0;
        let said = if proxmox.was_touched(reference, LAGS) {
            measure(proxmox, reference).await.ok()
        } else if running {
            Some(figures(&entry.said, counted(proxmox, &entry.at, &entry.said, 0)))
        } else if entry.status == Status::Stopped {
            Some(without_power(proxmox, &entry.at, &entry.said))
        } else {
            None
        };
        found.extend(said.map(|said| (reference.clone(), said)));
    }
    Ok(found)
}

fn without_power(proxmox: &Proxmox, at: &At, said: &Fields) -> Measurement {
    proxmox.shared.counters.lock().unwrap_or_else(PoisonError::into_inner).remove(&at.vmid);
    Measurement { disk_allocated_bytes: disk(said), ..Measurement::default() }
}

fn figures(said: &Fields, cpu_us: u64) -> Measurement {
    let count = |name: &str| said.count(name).unwrap_or(0);
    // A guest that has just been started has an uptime of zero seconds, and runs.
    let uptime_us = count("uptime").saturating_mul(1_000_000).max(1);
    Measurement {
        uptime_us,
        cpu_us: cpu_us.min(uptime_us.saturating_mul(cpus(said))),
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
    let uptime = said.count("uptime").unwrap_or(0);
    let known = proxmox.shared.counters.lock().unwrap_or_else(PoisonError::into_inner).get(&at.vmid).is_some_and(|known| known.uptime <= uptime);
    let before = if known { 0 } else { so_far(proxmox, at, uptime, cpus(said)).await };
    counted(proxmox, at, said, before)
}

/// Adds to the guest's counter what it took since the last look; the counter of a guest that nobody watched begins with `before`.
fn counted(proxmox: &Proxmox, at: &At, said: &Fields, before: u64) -> u64 {
    let (uptime, share) = (said.count("uptime").unwrap_or(0), said.number("cpu").unwrap_or(0.0));
    let mut counters = proxmox.shared.counters.lock().unwrap_or_else(PoisonError::into_inner);
    let known = counters.get(&at.vmid).filter(|known| known.uptime <= uptime);
    let cpu_us = known.map_or(before, |known| known.cpu_us.saturating_add(busy_us(share, cpus(said), known.at.elapsed().as_secs_f64())));
    counters.insert(at.vmid, Counter { cpu_us, uptime, at: Instant::now() });
    cpu_us
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
