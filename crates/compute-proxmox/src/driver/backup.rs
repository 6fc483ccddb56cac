//! Backups: archives by `vzdump` on a storage of their own. An archive's name cannot be chosen, so its notes carry ours.

use std::time::Duration;

use compute_driver::{Backup, BackupFormat, DriverError, Guest, GuestSpec, Progress, Reference, Size};

use super::make::{self, COPIED_IN};
use super::view::FRESH;
use super::{Proxmox, disk as extra, look, power, snapshot};
use crate::call::{At, Kind, cluster, disk, guest};
use crate::client::task::Stand;
use crate::client::{Fields, Params, Trouble};

/// Before our words in an archive's notes.
const NOTES: &str = "fairhold-backup";
/// How long one call waits for an archive; then it says that work goes on.
const WAITED: Duration = Duration::from_secs(10);

/// An archive of ours.
struct Archive {
    backup: Backup,
    volume: String,
    node: String,
}

fn storage(proxmox: &Proxmox) -> Result<&str, DriverError> {
    proxmox.mapping().backup_storage.as_deref().ok_or_else(|| DriverError::unsupported("make backups: no storage is named for them"))
}

/// What an archive's notes say: its name, whose it is, what that guest was made from, and how large it was.
fn notes(name: &Reference, guest: &Reference, template: &str, size: Size) -> String {
    format!("{NOTES} {name} {guest} {}/{}/{} {template}", size.cpus, size.memory_mib, size.disk_gib).trim_end().to_owned()
}

fn read_notes(text: &str) -> Option<(Reference, Reference, Size, String)> {
    let mut words = text.split_whitespace();
    if words.next()? != NOTES {
        return None;
    }
    let (name, guest) = (Reference::parse(words.next()?).ok()?, Reference::parse(words.next()?).ok()?);
    let mut size = words.next()?.split('/').map(|part| part.parse::<u32>().ok());
    let size = Size { cpus: size.next()??, memory_mib: size.next()??, disk_gib: size.next()?? };
    Some((name, guest, size, words.next().unwrap_or_default().to_owned()))
}

/// The archives of ours, oldest first. A storage that is shared shows them at every node.
async fn archives(proxmox: &Proxmox) -> Result<Vec<Archive>, DriverError> {
    let storage = storage(proxmox)?;
    let view = proxmox.view(FRESH).await?;
    let mut found: Vec<Archive> = Vec::new();
    let places = view.storages.iter().filter(|place| place.name == storage && view.is_online(&place.node));
    for place in places {
        let listed = Fields::each(proxmox.client().ask(&cluster::content(&place.node, storage, "backup")).await?);
        found.extend(listed.iter().filter_map(|one| archive(one, &place.node)));
        if place.shared {
            break;
        }
    }
    found.sort_by_key(|archive| archive.backup.taken_at_us);
    Ok(found)
}

fn archive(said: &Fields, node: &str) -> Option<Archive> {
    let (name, guest, size, template) = read_notes(&said.words("notes"))?;
    let taken_at = i64::try_from(said.count("ctime").unwrap_or(0)).unwrap_or(0);
    let bytes = said.count("size").unwrap_or(0);
    let taken_at_us = taken_at.saturating_mul(1_000_000);
    let backup = Backup { name, guest, template, size, taken_at_us, bytes, format: BackupFormat::Vma };
    Some(Archive { backup, volume: said.text("volid")?, node: node.to_owned() })
}

async fn named(proxmox: &Proxmox, name: &Reference) -> Result<Option<Archive>, DriverError> {
    Ok(archives(proxmox).await?.into_iter().find(|archive| archive.backup.name == *name))
}

/// Every backup of ours.
pub(super) async fn list(proxmox: &Proxmox) -> Result<Vec<Backup>, DriverError> {
    Ok(archives(proxmox).await?.into_iter().map(|archive| archive.backup).collect())
}

/// Finds the backup or makes it.
pub(super) async fn create(proxmox: &Proxmox, reference: &Reference, name: &Reference) -> Result<Progress<Backup>, DriverError> {
    let storage = storage(proxmox)?;
    if let Some(archive) = named(proxmox, name).await? {
        return Ok(Progress::Done(archive.backup));
    }
    let (at, _) = proxmox.current(reference).await?;
    let client = proxmox.client();
    // A dump of this guest that is under way is ours: nobody else has the token, and the engine asks for one at a time.
    let mut under_way = None;
    for upid in client.tasks(&at.node, at.vmid, "vzdump").await? {
        if client.stand(&upid).await? == Stand::Running {
            under_way = Some(upid);
        }
    }
    let upid = match under_way {
        Some(upid) => Some(upid),
        None => {
            let config = proxmox.config(&at).await?;
            let notes = notes(name, reference, &look::template(&config), config.size());
            client.begin(&disk::back_up(&at, storage, &notes), &at.node, at.vmid).await?
        }
    };
    if let Some(upid) = upid {
        match client.wait(&upid, WAITED).await {
            Ok(()) => {}
            Err(Trouble::Lost(_)) => return Ok(Progress::Working { percent: None }),
            Err(trouble) => return Err(trouble.into()),
        }
    }
    match named(proxmox, name).await? {
        Some(archive) => Ok(Progress::Done(archive.backup)),
        None => Ok(Progress::Working { percent: None }),
    }
}

/// Gives the guest the backup's disk: in place, or as a new guest.
pub(super) async fn restore(proxmox: &Proxmox, name: &Reference, spec: &GuestSpec) -> Result<Progress<Guest>, DriverError> {
    make::accept(proxmox, spec)?;
    let archive = named(proxmox, name).await?.ok_or_else(|| DriverError::conflict(format!("there is no backup {name}")))?;
    if spec.disk_gib < archive.backup.size.disk_gib {
        return Err(DriverError::refused(format!("the backup's disk has {} GiB", archive.backup.size.disk_gib)));
    }
    let kind = if archive.volume.contains("vzdump-lxc") || archive.volume.contains("/ct/") { Kind::Container } else { Kind::Machine };
    let at = match proxmox.locate(&spec.reference).await? {
        Some(at) => {
            power::stop(proxmox, &spec.reference).await?;
            snapshot::delete_all(proxmox, &spec.reference).await?;
            extra::take_all_down(proxmox, &at).await?;
            at
        }
        None => free_place(proxmox, spec, &archive.node, kind).await?,
    };
    // The archive brings the mark of its own guest along; with the call comes the right one, so that never two carry one reference.
    let mark = make::mark(spec, false);
    let settings = Params::new()
        .with("storage", &proxmox.mapping().storage)
        .maybe("pool", proxmox.mapping().pool.as_ref())
        .with("description", mark.write(""))
        .with("tags", mark.tags(""));
    let call = guest::restore(&at, &archive.volume, settings);
    proxmox.client().work(&call, &at.node, at.vmid, COPIED_IN).await?;
    proxmox.remember(&spec.reference, at.clone());
    // The archive brought the settings of its guest; this one has its own.
    make::finish(proxmox, &at, spec).await?;
    extra::put_back(proxmox, &at, &spec.reference).await?;
    Ok(Progress::Done(make::answer(proxmox, &spec.reference).await?))
}

/// A free id on the archive's node; on another one that sees the archive where that node is to be avoided.
async fn free_place(proxmox: &Proxmox, spec: &GuestSpec, node: &str, kind: Kind) -> Result<At, DriverError> {
    let view = proxmox.view(Duration::ZERO).await?;
    let backups = storage(proxmox)?;
    let shared = view.storage(backups, node).is_some_and(|place| place.shared);
    let sees = |name: &str| name == node || (shared && view.is_online(name) && look::is_ours(proxmox.mapping(), name));
    let nodes = view.nodes.iter().map(|node| node.name.as_str()).filter(|name| sees(name) && !spec.avoid.iter().any(|avoided| avoided == name));
    // The archive's own node first.
    let chosen = nodes.min_by_key(|name| *name != node);
    let node = chosen.ok_or_else(|| DriverError::full(format!("the backup lies on the node {node} alone, which is to be avoided")))?;
    let free = proxmox.candidates(&spec.reference).find(|vmid| view.guest(*vmid).is_none());
    let vmid = free.ok_or_else(|| DriverError::full("the ids for this guest are taken"))?;
    Ok(At { node: node.to_owned(), vmid, kind })
}

/// Removes a backup.
pub(super) async fn delete(proxmox: &Proxmox, name: &Reference) -> Result<(), DriverError> {
    let storage = storage(proxmox)?;
    let Some(archive) = named(proxmox, name).await? else { return Ok(()) };
    let call = cluster::delete_content(&archive.node, storage, &archive.volume);
    match proxmox.client().work(&call, &archive.node, 0, make::SETTLED_IN).await {
        Ok(()) | Err(Trouble::Nothing(_)) => Ok(()),
        Err(trouble) => Err(trouble.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_as_they_are_written() {
        let (name, guest) = (Reference::parse("bak_1").unwrap(), Reference::parse("vm_1").unwrap());
        let size = Size { cpus: 2, memory_mib: 2048, disk_gib: 20 };
        assert_eq!(read_notes(&notes(&name, &guest, "debian", size)), Some((name.clone(), guest.clone(), size, "debian".to_owned())));
        assert_eq!(read_notes(&notes(&name, &guest, "", size)).unwrap().3, "");
        for other in ["", "{{guestname}}", "fairhold-backup bak_1", "fairhold-backup bak_1 vm_1 2/x/3"] {
            assert_eq!(read_notes(other), None, "{other}");
        }
    }
}
