//! Holders of extra disks. A volume belongs to the guest by whose number it is named, and goes with it. So each disk has a virtual machine of
//! its own that never runs, owns the volume, and says in its tags which guest the volume is lent to. That guest's settings name the volume,
//! too; because it is not theirs, the cluster neither removes it with the guest nor keeps it there once the line is gone.

use std::time::Duration;

use compute_driver::disk::serial;
use compute_driver::{Disk, DiskSpec, DriverError, Reference};

use super::make::{self, Making, SETTLED_IN};
use super::mark::{self, Mark};
use super::view::{FRESH, View};
use super::{Proxmox, look, moving};
use crate::call::{At, Kind, guest};
use crate::client::{Params, Trouble};

/// Where the disk hangs at its holder.
pub(super) const KEY: &str = "virtio0";
/// What people read at the cluster above the mark.
const WORDS: &str = "An extra disk of Fairhold, which machines borrow. Never start this one, and leave the line below and the tags as they are.";
/// How long one call waits for a disk on its way to another node; then it says that work goes on.
const COPIED_FOR: Duration = Duration::from_secs(90);

/// An extra disk with its holder.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) at: At,
    pub(super) disk: Disk,
    pub(super) volume: String,
    tags: String,
    digest: Option<String>,
}

impl Held {
    /// How the disk hangs at a guest: it is no part of the guest's backups, and the guest knows it by its serial number.
    pub(super) fn drive(&self) -> String {
        drive(&self.volume, &self.disk.reference)
    }
}

fn drive(volume: &str, reference: &Reference) -> String {
    format!("{volume},serial={},backup=0,discard=on,iothread=1", serial(reference))
}

/// The disk with its holder, if there is one.
pub(super) async fn find(proxmox: &Proxmox, reference: &Reference) -> Result<Option<Held>, DriverError> {
    let at = match proxmox.current(reference).await {
        Ok((at, _)) => at,
        Err(DriverError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let config = proxmox.config(&at).await?;
    let tags = config.tags();
    let changed = |what: &str| DriverError::conflict(format!("{what} of guest {}, which holds the disk, were changed at the cluster", at.vmid));
    let disk = mark::disk_in(&tags).filter(|disk| disk.reference == *reference).ok_or_else(|| changed("the tags"))?;
    let volume = config.disk(KEY).ok_or_else(|| changed("the drives"))?.volume;
    Ok(Some(Held { disk, volume, tags, digest: config.digest(), at }))
}

/// The disk with its holder.
pub(super) async fn known(proxmox: &Proxmox, reference: &Reference) -> Result<Held, DriverError> {
    find(proxmox, reference).await?.ok_or_else(|| DriverError::conflict("there is no such disk"))
}

/// The disks in the cluster's list, those that `guest` has if it is named.
pub(super) fn listed(view: &View, guest: Option<&Reference>) -> Vec<Disk> {
    let all = view.guests.iter().filter_map(|entry| mark::disk_in(&entry.tags));
    all.filter(|disk| guest.is_none() || disk.guest.as_ref() == guest).collect()
}

/// Makes a holder with its disk, in one call of the cluster.
pub(super) async fn make(proxmox: &Proxmox, wanted: &DiskSpec) -> Result<Disk, DriverError> {
    let (mapping, reference) = (proxmox.mapping(), &wanted.reference);
    let node = roomiest(proxmox, &*proxmox.view(FRESH).await?)?;
    let disk = Disk { reference: reference.clone(), gib: wanted.gib, guest: None };
    let mark = Mark { reference: reference.clone(), template: String::new(), made: true };
    let params = Params::new()
        .with("name", serial(reference))
        .with("description", mark.write(WORDS))
        .with("tags", mark::of_disk(&disk, ""))
        .maybe("pool", mapping.pool.as_ref())
        .with("memory", 16)
        .with(KEY, drive(&format!("{}:{}", mapping.storage, wanted.gib), reference))
        // Nobody removes it by mistake; and whoever starts it, all machines at once for example, starts nothing that could write.
        .flag("protection", true)
        .flag("freeze", true)
        .flag("onboot", false);
    let making = |at: &At| Ok(Making { call: guest::create(at, params.clone()), node: at.node.clone(), vmid: at.vmid });
    make::under_free_id(proxmox, reference, &node, Kind::Machine, making).await?;
    Ok(disk)
}

/// The node that is online, ours to use, and has the most room on the storage of disks.
fn roomiest(proxmox: &Proxmox, view: &View) -> Result<String, DriverError> {
    let mapping = proxmox.mapping();
    let usable = |node: &str| view.is_online(node) && look::is_ours(mapping, node);
    let places = view.storages.iter().filter(|place| place.name == mapping.storage && place.available && usable(&place.node));
    let best = places.max_by_key(|place| place.total.saturating_sub(place.used));
    best.map(|place| place.node.clone()).ok_or_else(|| DriverError::unavailable(format!("no node that is online has the storage {}", mapping.storage)))
}

/// Says in the holder's tags what the disk is from now on, unless somebody else said something since it was looked at.
pub(super) async fn note(proxmox: &Proxmox, held: &Held, disk: &Disk) -> Result<(), DriverError> {
    if held.disk == *disk {
        return Ok(());
    }
    let params = Params::new().with("tags", mark::of_disk(disk, &held.tags)).maybe("digest", held.digest.as_ref());
    proxmox.client().settle(&guest::set_config(&held.at, params)).await?;
    Ok(())
}

/// Removes the holder, and its disk with it.
pub(super) async fn remove(proxmox: &Proxmox, held: &Held) -> Result<(), DriverError> {
    proxmox.client().settle(&guest::set_config(&held.at, Params::new().flag("protection", false))).await?;
    match proxmox.act(&held.disk.reference, SETTLED_IN, guest::destroy).await {
        Ok(()) | Err(Trouble::NoGuest(_)) => {
            proxmox.forget(&held.disk.reference);
            Ok(())
        }
        Err(trouble) => Err(trouble.into()),
    }
}

/// Brings the disk to where guests of `node` can have it. On a storage that all nodes share it is there already; on one of each node's own
/// it is copied, with its holder, which takes as long as its size asks for.
pub(super) async fn bring(proxmox: &Proxmox, held: Held, node: &str) -> Result<Held, DriverError> {
    let view = proxmox.view(FRESH).await?;
    let storage = held.volume.split(':').next().unwrap_or_default();
    if held.at.node == node || view.storage(storage, &held.at.node).is_some_and(|place| place.shared) {
        return Ok(held);
    }
    let goes_on = || DriverError::unavailable(format!("the disk is being copied from the node {} to the node {node}", held.at.node));
    let client = proxmox.client();
    let task = match moving::under_way(proxmox, &held.at).await? {
        Some(upid) => Some(upid),
        None => client.begin(&guest::migrate(&held.at, node, false, false), &held.at.node, held.at.vmid).await?,
    };
    if let Some(upid) = task {
        match client.wait(&upid, COPIED_FOR).await {
            Ok(()) => {}
            Err(Trouble::Lost(_)) => return Err(goes_on()),
            Err(trouble) => return Err(moving::explained(trouble)),
        }
    }
    proxmox.forget(&held.disk.reference);
    let there = known(proxmox, &held.disk.reference).await?;
    if there.at.node == node { Ok(there) } else { Err(goes_on()) }
}
