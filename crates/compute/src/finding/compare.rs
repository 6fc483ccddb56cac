//! Finds what differs. Lists in, observations out; what to keep of them is decided elsewhere.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use compute_driver::{Disk, Guest, Size, Status};
use kernel::Timestamp;

use super::limit;
use super::model::FindingKind;
use crate::disk::{DiskState, store as disk};
use crate::instance::{InstanceId, State, store::Row};

/// Something that differs now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observed {
    pub(super) kind: FindingKind,
    pub(super) reference: Option<String>,
    pub(super) instance_id: Option<InstanceId>,
    pub(super) believed: Option<String>,
    pub(super) seen: Option<String>,
    /// Since when, where that is known better than "now".
    pub(super) since: Option<Timestamp>,
    /// How long it may be so before it is shown.
    pub(super) patience: Duration,
}

impl Observed {
    fn of(row: &Row, kind: FindingKind, believed: impl Into<String>, seen: Option<String>) -> Self {
        Self {
            kind,
            reference: Some(row.id.to_string()),
            instance_id: Some(row.id),
            believed: Some(believed.into()),
            seen,
            since: None,
            patience: Duration::ZERO,
        }
    }

    /// Whether it is about one of these machines and says that its guest is not as it should be.
    pub(crate) fn is_about(&self, machines: &HashSet<InstanceId>) -> bool {
        let contradicts = matches!(self.kind, FindingKind::StateDiffers | FindingKind::GuestGone | FindingKind::ShapeDiffers);
        contradicts && self.instance_id.is_some_and(|id| machines.contains(&id))
    }

    fn after(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn since(self, since: Timestamp) -> Self {
        Self { since: Some(since), ..self }
    }
}

/// When machines came to their states.
pub(crate) type Changed = HashMap<InstanceId, Timestamp>;

/// What differs between a node's machines and the guests that its hypervisor lists.
pub(crate) fn of_node(rows: &[Row], guests: &[Guest], changed: &Changed, now: Timestamp) -> Vec<Observed> {
    let listed: HashMap<&str, &Guest> = guests.iter().map(|guest| (guest.reference.as_str(), guest)).collect();
    let known: HashSet<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let orphans = guests.iter().filter(|guest| !known.contains(guest.reference.as_str())).map(orphan);
    let of_row = |row: &Row| {
        let guest = listed.get(row.id.to_string().as_str()).copied();
        let (state, shape) = (contradiction(row, guest, changed), guest.and_then(|guest| shape(row, guest)));
        [stuck(row, changed, now), state, shape].into_iter().flatten().collect::<Vec<_>>()
    };
    rows.iter().flat_map(of_row).chain(orphans).collect()
}

/// What is wrong with machines on no node.
pub(crate) fn of_machines(rows: &[Row], changed: &Changed, now: Timestamp) -> Vec<Observed> {
    let of_row = |row: &Row| {
        let nowhere = !matches!(row.state, State::Ordered | State::Deleting | State::Deleted);
        let orphan = nowhere.then(|| Observed::of(row, FindingKind::OrphanMachine, row.state.in_words(), None).since(came(row, changed)).after(limit::ABSENCE));
        [stuck(row, changed, now), orphan].into_iter().flatten().collect::<Vec<_>>()
    };
    rows.iter().flat_map(of_row).collect()
}

fn came(row: &Row, changed: &Changed) -> Timestamp {
    changed.get(&row.id).copied().unwrap_or(Timestamp(row.created_at))
}

fn orphan(guest: &Guest) -> Observed {
    Observed {
        kind: FindingKind::OrphanGuest,
        reference: Some(guest.reference.to_string()),
        instance_id: None,
        believed: None,
        seen: Some(format!("{}, {}", status(guest.status), size(guest.size))),
        since: None,
        patience: limit::ABSENCE,
    }
}

/// Extra disks that nobody here knows, and those that their hypervisor has lost.
pub(crate) fn of_disks(rows: &[disk::Row], listed: &[Disk]) -> Vec<Observed> {
    let observed = |kind, reference: String, believed: Option<&str>, seen: String| Observed {
        kind,
        reference: Some(reference),
        instance_id: None,
        believed: believed.map(str::to_owned),
        seen: Some(seen),
        since: None,
        patience: limit::ABSENCE,
    };
    let known: HashSet<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let strays = listed.iter().filter(|disk| !known.contains(disk.reference.as_str())).map(|disk| {
        let seen = format!("{} GiB, {}", disk.gib, if disk.guest.is_some() { "attached" } else { "attached to no guest" });
        observed(FindingKind::OrphanDisk, disk.reference.to_string(), None, seen)
    });
    let lost = rows.iter().filter(|row| row.state == DiskState::Lost);
    strays.chain(lost.map(|row| observed(FindingKind::DiskGone, row.id.to_string(), Some("there"), "gone".to_owned()))).collect()
}

fn stuck(row: &Row, changed: &Changed, now: Timestamp) -> Option<Observed> {
    let limit = limit::passing(row.state)?;
    let since = row.delete_at.filter(|_| row.state == State::Deleting).map_or_else(|| came(row, changed), Timestamp);
    (since.plus(limit.of) <= now).then(|| Observed::of(row, FindingKind::Stuck, row.state.in_words(), None).since(since))
}

/// An unknown status contradicts nothing.
fn contradiction(row: &Row, guest: Option<&Guest>, changed: &Changed) -> Option<Observed> {
    let differs = |believed: State, seen: Status| Observed::of(row, FindingKind::StateDiffers, believed.in_words(), Some(status(seen).to_owned()));
    match (row.state, guest.map_or(Status::Absent, |guest| guest.status)) {
        (State::Failed, Status::Absent) if row.quota_held => {
            Some(Observed::of(row, FindingKind::GuestGone, "there", Some("gone".to_owned())).since(came(row, changed)).after(limit::ABSENCE))
        }
        // What happened behind our back is in force already; the reason stays until somebody says what they think of it.
        (State::Stopped, Status::Stopped) if row.state_reason.is_some() => Some(differs(State::Running, Status::Stopped).since(came(row, changed))),
        (State::Running, Status::Running) if row.state_reason.is_some() => Some(differs(State::Stopped, Status::Running).since(came(row, changed))),
        (State::Running | State::Stopped, Status::Paused) => Some(differs(row.state, Status::Paused).after(limit::CONTRADICTION)),
        (State::Deleting, seen @ (Status::Running | Status::Paused)) => Some(differs(State::Stopped, seen).after(limit::CONTRADICTION)),
        _ => None,
    }
}

fn shape(row: &Row, guest: &Guest) -> Option<Observed> {
    let ours = row.shape().size();
    let rests = matches!(row.state, State::Running | State::Stopped);
    (rests && guest.size != ours).then(|| Observed::of(row, FindingKind::ShapeDiffers, size(ours), Some(size(guest.size))).after(limit::ABSENCE))
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Running => "running",
        Status::Stopped => "stopped",
        Status::Paused => "paused",
        Status::Unknown => "in a state that it does not tell",
        Status::Absent => "gone",
    }
}

fn size(size: Size) -> String {
    format!("{} CPU, {} MiB of memory, {} GiB of disk", size.cpus, size.memory_mib, size.disk_gib)
}
