//! What a snapshot is and what a valid request for one looks like. No IO, no clock.

use kernel::{Checks, Timestamp};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::OperationId;

use crate::instance::InstanceId;

kernel::id!(
    /// A snapshot; also the name that it carries on the hypervisor.
    SnapshotId, "snp");

kernel::field!(
    /// What its owner calls it.
    pub Name: String = "compute.snapshot.name");

/// How a snapshot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum SnapshotState {
    /// Being taken.
    Creating,
    /// The machine can be brought back to it.
    Ready,
    /// It could not be taken; nothing of it is left.
    Failed,
    /// Being removed.
    Deleting,
    /// Gone.
    Deleted,
}

impl SnapshotState {
    /// The states that this one may become.
    pub fn may_become(self, next: Self) -> bool {
        use SnapshotState::{Creating, Deleted, Deleting, Failed, Ready};
        match self {
            Creating => matches!(next, Ready | Failed | Deleted),
            // Only the undo of taking it brings one from `Ready` to `Failed`.
            Ready => matches!(next, Deleting | Deleted | Failed),
            Failed => matches!(next, Deleted),
            Deleting => matches!(next, Deleted),
            Deleted => false,
        }
    }
}

/// A snapshot to be taken.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSnapshot {
    /// What you call it; 1 to 100 characters.
    pub name: String,
    /// Whether the memory of a running machine is kept too, so that it goes on where it was.
    #[serde(default)]
    pub memory: bool,
}

impl NewSnapshot {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let name = self.name.trim();
        let fits = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        let mut checks = Checks::new();
        checks.that(fits, "name", "use 1 to 100 characters");
        checks
    }
}

/// A snapshot as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Snapshot {
    /// Its id.
    pub id: SnapshotId,
    /// The machine that it was taken of.
    pub instance_id: InstanceId,
    /// What its owner calls it.
    pub name: String,
    /// How it stands.
    pub state: SnapshotState,
    /// Why it could not be taken, where it could not.
    pub problem: Option<String>,
    /// Whether it holds memory.
    pub memory: bool,
    /// The disk's size when it was taken, in GiB.
    pub disk_gib: i32,
    /// The newest operation on it.
    pub operation_id: Option<OperationId>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    #[test]
    fn what_is_deleted_stays_so_and_nothing_comes_back_to_ready() {
        for state in SnapshotState::iter() {
            assert!(!SnapshotState::Deleted.may_become(state));
            assert_eq!(state.may_become(SnapshotState::Ready), state == SnapshotState::Creating);
        }
    }

    #[test]
    fn a_name_has_one_to_a_hundred_characters() {
        let named = |name: &str| NewSnapshot { name: name.to_owned(), memory: false }.checks().done();
        assert!(named("before the upgrade").is_ok() && named(&"ä".repeat(100)).is_ok());
        for bad in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert_eq!(named(bad).unwrap_err().fields()[0].field, "name");
        }
    }
}
