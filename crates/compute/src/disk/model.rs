//! What an extra disk is, its states, and what a valid request for one looks like. No IO, no clock.

use kernel::{Checks, Timestamp};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use workflow::OperationId;

use crate::instance::{InstanceId, Part};
use crate::network::is_name;
use crate::node::NodeId;
use crate::region::RegionId;

kernel::id!(
    /// An extra disk; also the name that it carries on the hypervisor.
    DiskId, "dsk");

kernel::field!(
    /// What its owner calls it.
    pub Name: String = "compute.disk.name");

/// The largest disk that can be asked for, in GiB.
const LARGEST_GIB: i32 = 10_000;

/// How a disk stands. Whether a machine has it is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum DiskState {
    /// Being made.
    Creating,
    /// It is there.
    Ready,
    /// On its way to a machine.
    Attaching,
    /// Being taken from its machine.
    Detaching,
    /// Becoming larger.
    Growing,
    /// Being removed.
    Deleting,
    /// Gone.
    Deleted,
    /// It could not be made; nothing of it is left.
    Failed,
    /// Its hypervisor does not have it any more, and nobody had asked for that here. It costs nothing until it is back.
    Lost,
}

impl DiskState {
    /// The states that this one may become.
    pub fn may_become(self, next: Self) -> bool {
        use DiskState::{Attaching, Creating, Deleted, Deleting, Detaching, Failed, Growing, Lost, Ready};
        match self {
            Creating => matches!(next, Ready | Failed),
            // Only the undo of making it leads from `Ready` to `Failed`.
            Ready => matches!(next, Attaching | Detaching | Growing | Deleting | Failed | Lost),
            Lost => matches!(next, Ready | Deleting),
            Attaching | Detaching | Growing => next == Ready,
            Deleting | Failed => next == Deleted,
            Deleted => false,
        }
    }

    /// In sentences: "This disk is …".
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Creating => "being made",
            Self::Ready => "ready",
            Self::Attaching => "being attached",
            Self::Detaching => "being detached",
            Self::Growing => "becoming larger",
            Self::Deleting => "being removed",
            Self::Deleted => "removed",
            Self::Failed => "not usable",
            Self::Lost => "gone from its node",
        }
    }
}

/// A disk to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDisk {
    /// What you call it; 1 to 100 characters.
    pub name: String,
    /// How large it is, in GiB; 1 to 10,000. It can grow later, and never shrink.
    pub size_gib: i32,
    /// Where it is; asked for without a machine.
    #[serde(default)]
    pub region_id: Option<RegionId>,
    /// The machine that gets it at once; it is made on that machine's node.
    #[serde(default)]
    pub instance_id: Option<InstanceId>,
}

/// What may change about a disk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiskPatch {
    /// What you call it; 1 to 100 characters.
    pub name: String,
}

/// Which machine gets a disk.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiskAttachment {
    /// The machine: one of the same project on the disk's node.
    pub instance_id: InstanceId,
}

/// How large a disk becomes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiskSize {
    /// In GiB; more than it has, and 10,000 at most.
    pub size_gib: i32,
}

/// Which disks are wanted.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DiskQuery {
    /// Those of this machine.
    pub instance: Option<InstanceId>,
}

/// What is wrong with a name and a size, wherever the disk will be.
pub(super) fn checks(name: &str, size_gib: i32) -> Checks {
    let mut checks = Checks::new();
    checks.that(is_name(name), "name", "use 1 to 100 characters").that((1..=LARGEST_GIB).contains(&size_gib), "size_gib", "use 1 to 10000 GiB");
    checks
}

impl NewDisk {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let mut checks = checks(&self.name, self.size_gib);
        checks.that(self.region_id.is_some() || self.instance_id.is_some(), "region_id", "choose where the disk is, or the machine that gets it");
        checks
    }
}

impl DiskPatch {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.that(is_name(&self.name), "name", "use 1 to 100 characters");
        checks
    }
}

impl DiskSize {
    /// What is wrong with it for a disk of `now` GiB.
    pub(super) fn checks(self, now: i32) -> Checks {
        let mut checks = Checks::new();
        checks.that(self.size_gib > now, "size_gib", &format!("a disk never shrinks; use more than the {now} GiB that it has"));
        checks.that(self.size_gib <= LARGEST_GIB, "size_gib", "use 10000 GiB at most");
        checks
    }
}

/// A disk as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Disk {
    /// Its id.
    pub id: DiskId,
    /// What its owner calls it.
    pub name: String,
    /// How it stands.
    pub state: DiskState,
    /// Why it could not be made, or what became of it.
    pub problem: Option<String>,
    /// How large it is, in GiB.
    pub size_gib: i32,
    /// How large it will be, while it becomes larger.
    pub growing_to_gib: Option<i32>,
    /// Where it is.
    pub region: Part<RegionId>,
    /// On which node: machines there can have it.
    pub node_id: NodeId,
    /// The machine that has it, or gets it.
    pub instance_id: Option<InstanceId>,
    /// Where Linux finds it in the machine, whichever name its kernel gives it.
    pub device: String,
    /// The newest operation on it.
    pub operation_id: Option<OperationId>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    #[test]
    fn what_is_removed_or_was_never_made_does_not_come_back() {
        for gone in [DiskState::Deleting, DiskState::Deleted, DiskState::Failed] {
            assert!(DiskState::iter().filter(|next| *next != DiskState::Deleted).all(|next| !gone.may_become(next)), "{gone:?}");
        }
        assert!(DiskState::iter().filter(|state| state.may_become(DiskState::Deleting)).eq([DiskState::Ready, DiskState::Lost]));
    }

    #[test]
    fn a_disk_has_a_name_a_size_and_a_place() {
        let new = NewDisk { name: " ".to_owned(), size_gib: 0, region_id: None, instance_id: None };
        let error = new.checks().done().unwrap_err();
        let fields: Vec<_> = error.fields().iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, ["name", "size_gib", "region_id"]);
    }

    #[test]
    fn a_disk_only_grows() {
        let wrong = |gib| DiskSize { size_gib: gib }.checks(10).done().is_err();
        assert!(wrong(10) && wrong(9) && wrong(-1) && wrong(10_001) && !wrong(11) && !wrong(10_000));
    }
}
