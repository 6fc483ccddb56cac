//! Moving guests to other nodes: live where the guest is a virtual machine that runs, with a restart where it is a container.

use std::time::Duration;

use compute_driver::{DriverError, Guest, Progress, Reference, Status, Way};

use super::view::FRESH;
use super::{Proxmox, look, make};
use crate::call::{At, Kind, guest};
use crate::client::task::{Stand, Upid};
use crate::client::{Fields, Trouble};

/// How long one call waits for a guest on its way; then it says that work goes on.
const WAITED: Duration = Duration::from_secs(10);

/// How the guest would get to `host`, or why it cannot.
pub(super) async fn way(proxmox: &Proxmox, reference: &Reference, host: &str) -> Result<Way, DriverError> {
    several(proxmox).await?;
    let (at, said) = proxmox.current(reference).await?;
    if at.node == host {
        return Ok(Way::Here);
    }
    takes_guests(proxmox, host).await?;
    let runs = look::status(&said) != Status::Stopped;
    Ok(match at.kind {
        Kind::Container if runs => Way::Restart,
        Kind::Container => Way::Stopped,
        Kind::Machine => {
            if Conditions::of(proxmox, &at, host).await?.runs {
                Way::Live
            } else {
                Way::Stopped
            }
        }
    })
}

/// Moves the guest, or finds it there.
pub(super) async fn move_guest(proxmox: &Proxmox, reference: &Reference, host: &str) -> Result<Progress<Guest>, DriverError> {
    several(proxmox).await?;
    let (at, said) = proxmox.current(reference).await?;
    if at.node == host {
        return arrived(proxmox, reference, &said).await;
    }
    takes_guests(proxmox, host).await?;
    let client = proxmox.client();
    let task = match under_way(proxmox, &at).await? {
        Some(upid) => Some(upid),
        None => {
            let call = match at.kind {
                Kind::Machine => {
                    let now = Conditions::of(proxmox, &at, host).await?;
                    guest::migrate(&at, host, now.runs, now.local_disks)
                }
                Kind::Container => guest::migrate(&at, host, look::status(&said) != Status::Stopped, false),
            };
            proxmox.touch(reference);
            client.begin(&call, &at.node, at.vmid).await?
        }
    };
    let ended = match task {
        Some(upid) => client.wait(&upid, WAITED).await,
        None => Ok(()),
    };
    if let Err(Trouble::Lost(_)) = ended {
        return Ok(Progress::Working { percent: None });
    }
    proxmox.forget(reference);
    let (at, said) = proxmox.current(reference).await?;
    match ended {
        // Where high availability watches over the guest, the task only asks for the move.
        Ok(()) if at.node != host => Ok(Progress::Working { percent: None }),
        Err(trouble) if at.node != host => Err(explained(trouble)),
        ended => {
            if let Err(trouble) = ended {
                tracing::warn!(%trouble, vmid = at.vmid, "a guest moved, with some trouble on the way");
            }
            arrived(proxmox, reference, &said).await
        }
    }
}

/// The guest on its new node, once the cluster has finished with it.
async fn arrived(proxmox: &Proxmox, reference: &Reference, said: &Fields) -> Result<Progress<Guest>, DriverError> {
    if said.text("lock").is_some_and(|lock| lock == "migrate") {
        return Ok(Progress::Working { percent: None });
    }
    Ok(Progress::Done(make::answer(proxmox, reference).await?))
}

/// A move of this guest that we asked for and that goes on: a second one would be refused.
pub(super) async fn under_way(proxmox: &Proxmox, at: &At) -> Result<Option<Upid>, DriverError> {
    for upid in proxmox.client().tasks(&at.node, at.vmid, at.kind.of("qmigrate", "vzmigrate")).await? {
        if proxmox.client().stand(&upid).await? == Stand::Running {
            return Ok(Some(upid));
        }
    }
    Ok(None)
}

/// Whether there is another node to go to at all.
async fn several(proxmox: &Proxmox) -> Result<(), DriverError> {
    let view = proxmox.view(FRESH).await?;
    if look::can_move(&view, proxmox.mapping()) { Ok(()) } else { Err(DriverError::unsupported("move guests to other hosts")) }
}

/// Whether guests of ours may be on the node, and it answers.
async fn takes_guests(proxmox: &Proxmox, host: &str) -> Result<(), DriverError> {
    let view = proxmox.view(FRESH).await?;
    if !view.nodes.iter().any(|node| node.name == host) {
        return Err(DriverError::refused(format!("there is no node {host} in the cluster")));
    }
    if !look::is_ours(proxmox.mapping(), host) {
        return Err(DriverError::refused(format!("the mapping leaves the node {host} out")));
    }
    if view.is_online(host) { Ok(()) } else { Err(DriverError::unavailable(format!("the node {host} is away"))) }
}

/// What the cluster says of a virtual machine before it moves.
struct Conditions {
    runs: bool,
    local_disks: bool,
}

impl Conditions {
    /// # Errors
    /// `Conflict` with what ties the guest to its node.
    async fn of(proxmox: &Proxmox, at: &At, host: &str) -> Result<Self, DriverError> {
        let said = Fields::of(proxmox.client().ask(&guest::may_migrate(at, host)).await?);
        let runs = said.flag("running");
        let devices = said.texts("local_resources");
        if !devices.is_empty() {
            return Err(DriverError::conflict(format!("it uses what only its node {} has: {}", at.node, devices.join(", "))));
        }
        let refused = said.inside("not_allowed_nodes").inside(host);
        let storages = refused.texts("unavailable_storages");
        if !storages.is_empty() {
            return Err(DriverError::conflict(format!("the node {host} does not have the storage {}", storages.join(", "))));
        }
        let allowed = said.texts("allowed_nodes");
        if !runs && !allowed.is_empty() && !allowed.iter().any(|name| name == host) {
            return Err(DriverError::conflict(format!("the cluster lets it go to {} only", allowed.join(", "))));
        }
        let disks = said.list("local_disks");
        // The cloud-init drive is made anew there; an image that somebody put into a drive is not.
        let inserted = disks.iter().find(|disk| disk.flag("cdrom") && !disk.words("volid").contains("cloudinit"));
        if let Some(image) = inserted {
            return Err(DriverError::conflict(format!("the image {} in its drive lies on its node only; take it out first", image.words("volid"))));
        }
        // The cluster moves no volume that is another guest's, and an extra disk is its holder's.
        let extras = proxmox.config(at).await?.extras();
        if let Some(extra) = extras.iter().find(|extra| disks.iter().any(|disk| disk.words("volid") == extra.volume)) {
            return Err(DriverError::conflict(format!("its extra disk {} lies on its node {} alone; detach it first", extra.volume, at.node)));
        }
        Ok(Self { runs, local_disks: disks.iter().any(|disk| !disk.flag("cdrom")) })
    }
}

/// Words in the log of a move that say that the guest itself cannot leave its node as it is.
const TIED: &[&str] = &[
    "local device",
    "local disk",
    "local cdrom",
    "local bind",
    "a clone of",
    "snapshot exists",
    "not available on node",
    "storage type",
    "with-local-disks",
    "replicated volumes",
];

/// The exit text of a move says "migration aborted" and no more; its log says why.
pub(super) fn explained(trouble: Trouble) -> DriverError {
    let Trouble::Said(text) = trouble else { return trouble.into() };
    let reason = reason(&text);
    let lower = reason.to_lowercase();
    if TIED.iter().any(|words| lower.contains(words)) {
        return DriverError::conflict(reason);
    }
    if lower.contains("can't connect to destination") {
        return DriverError::unavailable(format!("the nodes do not reach each other ({reason})"));
    }
    match Trouble::of_text(&reason) {
        Trouble::Said(reason) => DriverError::failed(reason, text.split_once('\n').map_or("", |(_, log)| log)),
        known => known.into(),
    }
}

fn reason(text: &str) -> String {
    let after = |line: &str, mark: &str| line.split_once(mark).map(|(_, rest)| rest.trim().to_owned());
    // "check log" means these lines.
    let disk = text.lines().find_map(|line| line.contains("can't migrate local").then(|| after(line, "can't migrate ")).flatten());
    let aborted = text.lines().rev().find_map(|line| after(line, "migration aborted (duration")).and_then(|rest| after(&rest, "): "));
    match (disk, aborted) {
        (Some(disk), _) => format!("can't migrate {disk}"),
        (None, Some(aborted)) => aborted,
        (None, None) => text.lines().next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_says_why_a_move_was_aborted() {
        let log = "migration aborted\n2026-11-30 10:00:00 ERROR: migration aborted (duration 00:00:03): Can't connect to destination address using public key\nTASK ERROR: migration aborted";
        assert!(matches!(explained(Trouble::Said(log.into())), DriverError::Unavailable { reason } if reason.contains("public key")));
        let log = "migration aborted\ncan't migrate local disk 'zfs:vm-1-disk-0': can't live migrate attached local disks without with-local-disks option\n\
            ERROR: migration aborted (duration 00:00:00): Problem found while scanning volumes - can't migrate VM - check log";
        assert!(
            matches!(explained(Trouble::Said(log.into())), DriverError::Conflict { reason } if reason.starts_with("can't migrate local disk 'zfs:vm-1-disk-0'"))
        );
        let log = "migration aborted\nERROR: migration aborted (duration 00:00:00): can't migrate VM which uses local devices: hostpci0";
        assert_eq!(explained(Trouble::Said(log.into())), DriverError::conflict("can't migrate VM which uses local devices: hostpci0"));
        let log = "migration aborted\nERROR: migration aborted (duration 00:01:00): the moon is in the wrong house";
        assert!(matches!(explained(Trouble::Said(log.into())), DriverError::Failed { reason, log } if reason.starts_with("the moon") && log.contains("ERROR")));
        assert_eq!(explained(Trouble::Said("broken pipe".into())), DriverError::failed("broken pipe", ""));
    }
}
