//! Facts that this domain announces: ids, states and figures, never personal values.

use kernel::Timestamp;
use kernel::event::EventKind;
use serde::{Deserialize, Serialize};
use workflow::OperationId;

use crate::backup::{BackupId, RestoreTestOutcome};
use crate::disk::DiskId;
use crate::instance::{InstanceId, SizeId, State};

/// Something happened to a machine; the event's place names its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceFact {
    /// Which.
    pub instance_id: InstanceId,
    /// Its state from now on.
    pub state: State,
    /// Since when.
    pub at: Timestamp,
}

/// What a machine used in a span of time. Spans of one machine follow each other without gap or overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Which.
    pub instance_id: InstanceId,
    /// Counts the readings of this machine from 1.
    pub seq: i64,
    /// Begin of the span.
    pub from: Timestamp,
    /// End of the span.
    pub to: Timestamp,
    /// Microseconds within the span in which it ran.
    pub running_us: i64,
    /// The same, added up over all readings of the machine up to this one.
    pub running_total_us: i64,
    /// Its disk in GiB.
    pub disk_gib: i32,
    /// Bytes received within the span.
    pub received_bytes: i64,
    /// Bytes sent within the span.
    pub sent_bytes: i64,
}

/// A machine has another size. What it costs from now on is for those who listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resized {
    /// Which.
    pub instance_id: InstanceId,
    /// The size that it had.
    pub from_size_id: SizeId,
    /// The size that it has.
    pub size_id: SizeId,
    /// The operation that gave it the size; facts of older releases do not tell.
    #[serde(default)]
    pub operation_id: Option<OperationId>,
    /// Whether the operation went back to the size before.
    #[serde(default)]
    pub taken_back: bool,
    /// Since when.
    pub at: Timestamp,
}

/// A backup was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFact {
    /// Which.
    pub backup_id: BackupId,
    /// Of which machine.
    pub instance_id: InstanceId,
    /// What came of it.
    pub outcome: RestoreTestOutcome,
    /// When.
    pub at: Timestamp,
}

/// Something happened to an extra disk; the event's place names its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskFact {
    /// Which.
    pub disk_id: DiskId,
    /// Since when.
    pub at: Timestamp,
}

/// What an extra disk took in a span of time. Spans of one disk follow each other without gap or overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskMeasured {
    /// Which.
    pub disk_id: DiskId,
    /// Counts the spans of this disk from 1.
    pub seq: i64,
    /// Begin of the span.
    pub from: Timestamp,
    /// End of the span.
    pub to: Timestamp,
    /// Its size in GiB.
    pub size_gib: i32,
}

/// A machine was ordered; nothing runs yet.
pub const INSTANCE_CREATED: EventKind<InstanceFact> = EventKind::new("compute.instance.created");
/// A machine runs.
pub const INSTANCE_RUNNING: EventKind<InstanceFact> = EventKind::new("compute.instance.running");
/// A machine was stopped as asked.
pub const INSTANCE_STOPPED: EventKind<InstanceFact> = EventKind::new("compute.instance.stopped");
/// A machine stopped and nobody had asked for it.
pub const INSTANCE_STOPPED_UNEXPECTEDLY: EventKind<InstanceFact> = EventKind::new("compute.instance.stopped_unexpectedly");
/// A machine could not be set up, or is gone from its node.
pub const INSTANCE_FAILED: EventKind<InstanceFact> = EventKind::new("compute.instance.failed");
/// A machine is about to be deleted; it can be brought back until its grace ends.
pub const INSTANCE_DELETING: EventKind<InstanceFact> = EventKind::new("compute.instance.deleting");
/// A machine and its disk are gone.
pub const INSTANCE_DELETED: EventKind<InstanceFact> = EventKind::new("compute.instance.deleted");
/// A machine has another size.
pub const INSTANCE_RESIZED: EventKind<Resized> = EventKind::new("compute.instance.resized");
/// What a machine used.
pub const INSTANCE_MEASURED: EventKind<Measured> = EventKind::new("compute.instance.measured");
/// A backup was tested by restoring it.
pub const BACKUP_TESTED: EventKind<BackupFact> = EventKind::new("compute.backup.tested");
/// An extra disk is there.
pub const DISK_CREATED: EventKind<DiskFact> = EventKind::new("compute.disk.created");
/// An extra disk went from its node by nobody's wish.
pub const DISK_LOST: EventKind<DiskFact> = EventKind::new("compute.disk.lost");
/// An extra disk and what was on it are gone.
pub const DISK_DELETED: EventKind<DiskFact> = EventKind::new("compute.disk.deleted");
/// What an extra disk took.
pub const DISK_MEASURED: EventKind<DiskMeasured> = EventKind::new("compute.disk.measured");
