//! Extra disks: lent to guests by their holders. What a holder says comes first when a disk is attached and last when it is detached, so
//! that a call that was cut off is taken up by the next.

use compute_driver::{DISKS_PER_GUEST, Disk, DiskSpec, DriverError, Reference};

use super::config::Config;
use super::holder::{self, Held};
use super::make::{COPIED_IN, SETTLED_IN};
use super::{Proxmox, view};
use crate::call::{At, Kind, guest};
use crate::client::{Params, Trouble};

/// Finds the disk or makes it.
pub(super) async fn create(proxmox: &Proxmox, wanted: &DiskSpec) -> Result<Disk, DriverError> {
    wanted.check()?;
    match holder::find(proxmox, &wanted.reference).await? {
        Some(held) if held.disk.gib != wanted.gib => Err(DriverError::conflict("a disk with this reference has another size")),
        Some(held) => Ok(held.disk),
        None => holder::make(proxmox, wanted).await,
    }
}

/// Every disk, from the one list.
pub(super) async fn list(proxmox: &Proxmox) -> Result<Vec<Disk>, DriverError> {
    Ok(holder::listed(&*proxmox.view(view::FRESH).await?, None))
}

/// The disk, as its holder's node says now.
pub(super) async fn find(proxmox: &Proxmox, disk: &Reference) -> Result<Option<Disk>, DriverError> {
    Ok(holder::find(proxmox, disk).await?.map(|held| held.disk))
}

/// Gives the guest the disk.
pub(super) async fn attach(proxmox: &Proxmox, disk: &Reference, guest: &Reference) -> Result<(), DriverError> {
    let held = holder::known(proxmox, disk).await?;
    let (at, _) = proxmox.current(guest).await?;
    if at.kind == Kind::Container {
        return Err(DriverError::unsupported("give a container an extra disk: it mounts file systems, and a disk has none before somebody makes it"));
    }
    if held.disk.guest.as_ref().is_some_and(|holder| holder != guest) {
        return Err(DriverError::conflict("another guest has this disk"));
    }
    let held = holder::bring(proxmox, held, &at.node).await?;
    let now = proxmox.config_in_force(&at).await?;
    if now.extras().iter().any(|extra| extra.volume == held.volume) {
        return holder::note(proxmox, &held, &Disk { guest: Some(guest.clone()), ..held.disk.clone() }).await;
    }
    let full = || DriverError::conflict(format!("a guest has room for {DISKS_PER_GUEST} extra disks"));
    let key = now.free_extra().ok_or_else(full)?;
    holder::note(proxmox, &held, &Disk { guest: Some(guest.clone()), ..held.disk.clone() }).await?;
    let hung = hang(proxmox, &at, key, &held, now.digest()).await;
    // What the guest did not take is not there at its next start either: whoever asked is told no.
    if matches!(hung, Err(DriverError::Conflict { .. })) && held.disk.guest.is_none() {
        let lent = holder::known(proxmox, disk).await?;
        holder::note(proxmox, &lent, &held.disk).await?;
    }
    hung
}

/// Takes the disk from whichever guest has it.
pub(super) async fn detach(proxmox: &Proxmox, disk: &Reference) -> Result<(), DriverError> {
    let Some(held) = holder::find(proxmox, disk).await? else { return Ok(()) };
    let Some(guest) = &held.disk.guest else { return Ok(()) };
    match proxmox.current(guest).await {
        Ok((at, _)) => take_down(proxmox, &at, |extra| extra.volume == held.volume).await?,
        Err(DriverError::NotFound { .. }) => {}
        Err(error) => return Err(error),
    }
    holder::note(proxmox, &held, &Disk { guest: None, ..held.disk.clone() }).await
}

/// Makes the disk larger, at the guest that has it, which learns of it then.
pub(super) async fn grow(proxmox: &Proxmox, disk: &Reference, gib: u32) -> Result<(), DriverError> {
    let held = holder::known(proxmox, disk).await?;
    if gib < held.disk.gib {
        return Err(DriverError::refused("a disk cannot become smaller"));
    }
    DiskSpec { reference: disk.clone(), gib }.check()?;
    if gib == held.disk.gib {
        return Ok(());
    }
    let (at, key) = where_it_hangs(proxmox, &held).await?;
    proxmox.client().work(&guest::resize(&at, &key, gib), &at.node, at.vmid, SETTLED_IN).await?;
    // Where it hung at its holder, growing it changed the holder's settings.
    let grown = holder::known(proxmox, disk).await?;
    holder::note(proxmox, &grown, &Disk { gib, ..grown.disk.clone() }).await
}

async fn where_it_hangs(proxmox: &Proxmox, held: &Held) -> Result<(At, String), DriverError> {
    let at_holder = || (held.at.clone(), holder::KEY.to_owned());
    let Some(guest) = &held.disk.guest else { return Ok(at_holder()) };
    match proxmox.current(guest).await {
        Ok((at, _)) => {
            let extras = proxmox.config_in_force(&at).await?.extras();
            let lent = extras.into_iter().find(|extra| extra.volume == held.volume);
            Ok(lent.map_or_else(at_holder, |extra| (at, extra.key)))
        }
        Err(DriverError::NotFound { .. }) => Ok(at_holder()),
        Err(error) => Err(error),
    }
}

/// Removes the disk.
pub(super) async fn remove(proxmox: &Proxmox, disk: &Reference) -> Result<(), DriverError> {
    match holder::find(proxmox, disk).await? {
        Some(held) if held.disk.guest.is_some() => Err(DriverError::conflict("a guest has this disk")),
        Some(held) => holder::remove(proxmox, &held).await,
        None => Ok(()),
    }
}

/// A snapshot of the cluster holds every disk of a guest, and going back to it would take the extra ones back, too, wherever they are then.
pub(super) async fn none_for_snapshots(proxmox: &Proxmox, at: &At) -> Result<(), DriverError> {
    if proxmox.config(at).await?.extras().is_empty() {
        return Ok(());
    }
    Err(DriverError::conflict("a snapshot on this cluster would hold the extra disks, too, and bring them back with the machine; detach them first"))
}

/// The guest is about to get other settings, or to go: nothing of the disks that it has stays in those that it has now. It must be stopped.
pub(super) async fn take_all_down(proxmox: &Proxmox, at: &At) -> Result<(), DriverError> {
    if at.kind == Kind::Machine { take_down(proxmox, at, |_| true).await } else { Ok(()) }
}

/// The guest has other settings now: what its disks' holders say is true again.
pub(super) async fn put_back(proxmox: &Proxmox, at: &At, guest: &Reference) -> Result<(), DriverError> {
    take_all_down(proxmox, at).await?;
    for disk in holder::listed(&*proxmox.view(std::time::Duration::ZERO).await?, Some(guest)) {
        attach(proxmox, &disk.reference, guest).await?;
    }
    Ok(())
}

/// A guest is gone: its disks are nobody's.
pub(super) async fn left_by(proxmox: &Proxmox, guest: &Reference) -> Result<(), DriverError> {
    for disk in holder::listed(&*proxmox.view(std::time::Duration::ZERO).await?, Some(guest)) {
        if let Some(held) = holder::find(proxmox, &disk.reference).await?.filter(|held| held.disk.guest.as_ref() == Some(guest)) {
            holder::note(proxmox, &held, &Disk { guest: None, ..held.disk.clone() }).await?;
        }
    }
    Ok(())
}

/// Hangs the disk at the guest, at once where it runs.
async fn hang(proxmox: &Proxmox, at: &At, key: &str, held: &Held, digest: Option<String>) -> Result<(), DriverError> {
    let params = Params::new().with(key, held.drive()).maybe("digest", digest);
    let hung = proxmox.client().work(&guest::change_config(at, params), &at.node, at.vmid, SETTLED_IN).await;
    match hung {
        Ok(()) if proxmox.config_in_force(at).await?.disk(key).is_some_and(|extra| extra.volume == held.volume) => Ok(()),
        Ok(()) => {
            revert(proxmox, at, &[key.to_owned()]).await?;
            Err(DriverError::conflict("the machine takes no disk while it runs: its hotplug option is off; stop it first"))
        }
        Err(trouble) if is_of_plugging(&trouble) => {
            revert(proxmox, at, &[key.to_owned()]).await?;
            Err(DriverError::conflict(format!("the machine does not take the disk while it runs; stop it first ({trouble})")))
        }
        Err(trouble) => Err(trouble.into()),
    }
}

/// Takes the extra disks that `which` picks off the guest. They are not the guest's own, so the cluster keeps nothing of them there.
async fn take_down(proxmox: &Proxmox, at: &At, which: impl Fn(&super::config::Disk) -> bool + Send) -> Result<(), DriverError> {
    let now = proxmox.config_in_force(at).await?;
    let keys: Vec<_> = now.extras().into_iter().filter(|extra| which(extra)).map(|extra| extra.key).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let params = Params::new().with("delete", keys.join(",")).maybe("digest", now.digest());
    let taken = proxmox.client().work(&guest::change_config(at, params), &at.node, at.vmid, SETTLED_IN).await;
    let stays = match taken {
        Ok(()) => proxmox.config_in_force(at).await?.extras().iter().any(|extra| keys.contains(&extra.key)),
        Err(trouble) if is_of_plugging(&trouble) => true,
        Err(trouble) => return Err(trouble.into()),
    };
    if !stays {
        return Ok(());
    }
    // What waits for the next start would take the disk away then, whatever was said in between.
    revert(proxmox, at, &keys).await?;
    Err(DriverError::unavailable("the guest does not let go of the disk; unmount it there, or switch the guest off"))
}

/// Changes drives of a guest that has the settings `now`, and tells which volumes hang on nothing since.
pub(super) async fn exchange(proxmox: &Proxmox, at: &At, now: &Config, params: Params) -> Result<Vec<String>, Trouble> {
    let before = now.unused();
    let call = guest::change_config(at, params.maybe("digest", now.digest()));
    proxmox.client().work(&call, &at.node, at.vmid, COPIED_IN).await?;
    // Those that did so before are not ours to remove.
    Ok(proxmox.config(at).await?.unused().into_iter().filter(|unused| !before.contains(unused)).collect())
}

/// Removes volumes that hang on nothing.
pub(super) async fn remove_unused(proxmox: &Proxmox, at: &At, unused: &[String]) -> Result<(), Trouble> {
    for one in unused {
        proxmox.client().work(&guest::change_config(at, Params::new().with("delete", one)), &at.node, at.vmid, SETTLED_IN).await?;
    }
    Ok(())
}

/// Forgets changes that wait for the guest's next start.
async fn revert(proxmox: &Proxmox, at: &At, keys: &[String]) -> Result<(), Trouble> {
    proxmox.client().settle(&guest::set_config(at, Params::new().with("revert", keys.join(",")))).await.map(drop)
}

/// Whether the settings were taken and the guest was not.
fn is_of_plugging(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Said(text) | Trouble::Invalid(text) if text.to_lowercase().contains("hotplug problem"))
}
