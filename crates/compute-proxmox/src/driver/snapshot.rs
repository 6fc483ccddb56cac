//! Snapshots: beside the disk, on storages that can keep them.

use std::time::Duration;

use compute_driver::{DriverError, Guest, Progress, Reference, Snapshot, SnapshotSpec, Status};

use super::make::SETTLED_IN;
use super::{Proxmox, disk as extra, look, make, power};
use crate::call::{At, Kind, disk, guest};
use crate::client::{Fields, Params, Trouble};

/// Memory is written to disk meanwhile.
const KEPT_IN: Duration = Duration::from_secs(600);

/// The guest's snapshots, oldest first.
pub(super) async fn list(proxmox: &Proxmox, reference: &Reference) -> Result<Vec<Snapshot>, DriverError> {
    let (at, _) = proxmox.current(reference).await?;
    Ok(at_guest(proxmox, &at).await?.into_iter().filter_map(|(snapshot, busy)| (!busy).then_some(snapshot)).collect())
}

/// Snapshots, each with whether it is still being taken or removed.
async fn at_guest(proxmox: &Proxmox, at: &At) -> Result<Vec<(Snapshot, bool)>, Trouble> {
    let said = Fields::each(proxmox.client().ask(&disk::snapshots(at)).await?);
    let snapshot = |one: Fields| {
        // The list ends with "current", which is the guest as it is now.
        let name = one.text("name").filter(|name| name != "current")?;
        let taken_at = one.count("snaptime").and_then(|seconds| i64::try_from(seconds).ok()).unwrap_or(0);
        let snapshot =
            Snapshot { name: Reference::parse(&name).ok()?, memory: one.flag("vmstate"), taken_at_us: taken_at.saturating_mul(1_000_000), bytes: None };
        Some((snapshot, one.text("snapstate").is_some()))
    };
    let mut found: Vec<_> = said.into_iter().filter_map(snapshot).collect();
    found.sort_by_key(|(snapshot, _)| snapshot.taken_at_us);
    Ok(found)
}

/// Finds the snapshot or takes it.
pub(super) async fn create(proxmox: &Proxmox, reference: &Reference, spec: &SnapshotSpec) -> Result<Progress<Snapshot>, DriverError> {
    spec.check()?;
    let (at, said) = proxmox.current(reference).await?;
    let find = async || {
        let all = at_guest(proxmox, &at).await?;
        Ok::<_, Trouble>(all.into_iter().find(|(snapshot, _)| snapshot.name == spec.name))
    };
    match find().await? {
        Some((_, true)) => return Ok(Progress::Working { percent: None }),
        Some((snapshot, false)) => return Ok(Progress::Done(snapshot)),
        None => {}
    }
    extra::none_for_snapshots(proxmox, &at).await?;
    let memory = spec.memory && at.kind == Kind::Machine && look::status(&said) != Status::Stopped;
    let taken = proxmox.act(reference, KEPT_IN, |at| disk::take_snapshot(at, spec.name.as_str(), memory)).await;
    match taken {
        Err(Trouble::Lost(why)) => match find().await? {
            Some((_, true)) => Ok(Progress::Working { percent: None }),
            Some((snapshot, false)) => Ok(Progress::Done(snapshot)),
            None => Err(DriverError::outcome_unknown(why)),
        },
        Err(Trouble::Cannot(text)) => Err(DriverError::unsupported(format!("take snapshots of this guest ({text})"))),
        Err(trouble) => Err(trouble.into()),
        Ok(()) => {
            let (snapshot, _) = find().await?.ok_or_else(|| DriverError::outcome_unknown("the snapshot was taken and is gone"))?;
            Ok(Progress::Done(snapshot))
        }
    }
}

/// Brings the disk back, and with memory the running guest.
pub(super) async fn roll_back(proxmox: &Proxmox, reference: &Reference, name: &Reference) -> Result<Progress<Guest>, DriverError> {
    let (at, said) = proxmox.current(reference).await?;
    let all = at_guest(proxmox, &at).await?;
    let missing = || DriverError::conflict(format!("there is no snapshot {name}"));
    let (snapshot, _) = all.into_iter().find(|(snapshot, busy)| snapshot.name == *name && !busy).ok_or_else(missing)?;
    let now = proxmox.config(&at).await?;
    if snapshot.memory {
        extra::none_for_snapshots(proxmox, &at).await?;
    }
    // Without memory the cluster leaves a running guest's processors on another disk's state: cut it off before.
    if !snapshot.memory && look::status(&said) != Status::Stopped {
        power::stop(proxmox, reference).await?;
    }
    if !snapshot.memory {
        extra::take_all_down(proxmox, &at).await?;
    }
    match proxmox.act(reference, KEPT_IN, |at| disk::roll_back(at, name.as_str())).await {
        Ok(()) => {}
        Err(Trouble::Nothing(_)) => return Err(missing()),
        Err(trouble) => return Err(trouble.into()),
    }
    // The settings came back with the disk: names, keys and marks are those of today, and so is where the guest is known.
    let kept = Params::new().with("description", now.description()).with("tags", now.tags());
    proxmox.client().settle(&guest::set_config(&at, kept)).await?;
    if !snapshot.memory {
        extra::put_back(proxmox, &at, reference).await?;
    }
    Ok(Progress::Done(make::answer(proxmox, reference).await?))
}

/// Removes a snapshot.
pub(super) async fn delete(proxmox: &Proxmox, reference: &Reference, name: &Reference) -> Result<(), DriverError> {
    proxmox.current(reference).await?;
    match proxmox.act(reference, KEPT_IN, |at| disk::delete_snapshot(at, name.as_str())).await {
        Ok(()) | Err(Trouble::Nothing(_)) => Ok(()),
        Err(trouble) => Err(trouble.into()),
    }
}

/// Removes all of them, those of others too: a disk cannot be replaced under a snapshot.
pub(super) async fn delete_all(proxmox: &Proxmox, reference: &Reference) -> Result<(), DriverError> {
    let (at, _) = proxmox.current(reference).await?;
    let said = Fields::each(proxmox.client().ask(&disk::snapshots(&at)).await?);
    for name in said.iter().filter_map(|one| one.text("name")).filter(|name| name != "current") {
        match proxmox.client().work(&disk::delete_snapshot(&at, &name), &at.node, at.vmid, SETTLED_IN).await {
            Ok(()) | Err(Trouble::Nothing(_)) => {}
            Err(trouble) => return Err(trouble.into()),
        }
    }
    Ok(())
}
