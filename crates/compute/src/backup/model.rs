//! What a backup is and what a valid request for one looks like. No IO, no clock.

use kernel::{Checks, Timestamp};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use workflow::OperationId;

use crate::instance::{InstanceId, Part};
use crate::region::RegionId;
use crate::template::TemplateId;

kernel::id!(
    /// A backup; also the name that its archive carries on the hypervisor.
    BackupId, "bak");

kernel::field!(
    /// What its owner calls it.
    pub Name: String = "compute.backup.name");
kernel::field!(
    /// The host name of its machine when it was made.
    pub Hostname: String = "compute.backup.hostname");

/// How a backup stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum BackupState {
    /// Being made.
    Creating,
    /// A machine can be made from it or brought back to it.
    Ready,
    /// It could not be made; nothing of it is left.
    Failed,
    /// Being removed.
    Deleting,
    /// Gone.
    Deleted,
}

impl BackupState {
    /// The states that this one may become.
    pub fn may_become(self, next: Self) -> bool {
        use BackupState::{Creating, Deleted, Deleting, Failed, Ready};
        match self {
            Creating => matches!(next, Ready | Failed),
            // Only the undo of making it brings one from `Ready` to `Failed`.
            Ready => matches!(next, Deleting | Failed),
            Failed => matches!(next, Deleted),
            Deleting => matches!(next, Deleted),
            Deleted => false,
        }
    }
}

/// What an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum BackupFormat {
    /// QEMU's own disk format: `qemu-img` and every hypervisor's import read it.
    Qcow2,
    /// Proxmox VE's archive of settings and disks, as `vzdump` writes it.
    Vma,
    /// A tar archive of the machine's files with their owners.
    Tar,
}

impl BackupFormat {
    /// The end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Qcow2 => "qcow2",
            Self::Vma => "vma",
            Self::Tar => "tar",
        }
    }

    /// The media type of an archive.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Qcow2 => "application/x-qemu-disk",
            Self::Vma => "application/x-vma",
            Self::Tar => "application/x-tar",
        }
    }
}

impl From<compute_driver::BackupFormat> for BackupFormat {
    fn from(format: compute_driver::BackupFormat) -> Self {
        match format {
            compute_driver::BackupFormat::Qcow2 => Self::Qcow2,
            compute_driver::BackupFormat::Vma => Self::Vma,
            compute_driver::BackupFormat::Tar => Self::Tar,
        }
    }
}

/// What came of a restore test: the backup as a machine of its own, cut off from every network, for some minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum RestoreTestOutcome {
    /// It is under way.
    Running,
    /// It came up: its system asked on the serial line who signs in.
    Passed,
    /// It started and kept running, but nothing told whether its system is ready.
    Started,
    /// It did not start, or stopped by itself.
    Failed,
    /// It could not be carried out, for a reason that is not the backup's.
    NotTested,
}

/// The last restore test of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RestoreTest {
    /// What came of it.
    pub outcome: RestoreTestOutcome,
    /// When it ended, or began while it is under way.
    pub at: Timestamp,
    /// Why it failed or was not carried out.
    pub problem: Option<String>,
}

/// Which backups are wanted.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BackupQuery {
    /// Those of one machine; without it those of the project.
    pub instance: Option<InstanceId>,
}

/// A backup to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBackup {
    /// What you call it; 1 to 100 characters.
    pub name: String,
}

impl NewBackup {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let name = self.name.trim();
        let fits = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        let mut checks = Checks::new();
        checks.that(fits, "name", "use 1 to 100 characters");
        checks
    }
}

/// A backup as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Backup {
    /// Its id.
    pub id: BackupId,
    /// The machine that it was made of, which may be gone.
    pub instance_id: InstanceId,
    /// The machine's host name when it was made.
    pub hostname: String,
    /// What its owner calls it.
    pub name: String,
    /// Whether the machine's backup plan made it, and removes it in time.
    pub scheduled: bool,
    /// How it stands.
    pub state: BackupState,
    /// Why it could not be made, where it could not.
    pub problem: Option<String>,
    /// How much of it is done while it is being made, where the hypervisor tells.
    pub percent: Option<i32>,
    /// What its archive occupies, once it is ready.
    pub bytes: Option<i64>,
    /// What its archive is, once it is ready.
    pub format: Option<BackupFormat>,
    /// The disk's size, in GiB. A machine made from it needs as much.
    pub disk_gib: i32,
    /// What the machine's disk was made from.
    pub template: Part<TemplateId>,
    /// Where it is kept; machines are made from it there.
    pub region: Part<RegionId>,
    /// Its last restore test, if there was one.
    pub restore_test: Option<RestoreTest>,
    /// The newest operation on it.
    pub operation_id: Option<OperationId>,
    /// The instant that it shows, once it is ready.
    pub taken_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    #[test]
    fn what_is_deleted_stays_so_and_nothing_comes_back_to_ready() {
        for state in BackupState::iter() {
            assert!(!BackupState::Deleted.may_become(state));
            assert_eq!(state.may_become(BackupState::Ready), state == BackupState::Creating);
        }
    }

    #[test]
    fn a_name_has_one_to_a_hundred_characters() {
        let named = |name: &str| NewBackup { name: name.to_owned() }.checks().done();
        assert!(named("before the upgrade").is_ok() && named(&"ä".repeat(100)).is_ok());
        for bad in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert_eq!(named(bad).unwrap_err().fields()[0].field, "name");
        }
    }
}
