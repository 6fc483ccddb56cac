//! What a machine is, its states, and what people see of it. No IO, no clock.

use compute_driver::Size;
use kernel::error::Checks;
use kernel::{Error, Result, Timestamp};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use workflow::OperationId;

use super::{hostname, ssh_key, tag, user_data};
use crate::backup::BackupId;
use crate::card::InstanceNetwork;
use crate::image::ImageId;
use crate::node::NodeId;
use crate::region::RegionId;
use crate::security_group::SecurityGroupId;
use crate::template::TemplateId;

kernel::id!(
    /// A machine; also the name that its guest carries on the hypervisor.
    InstanceId, "vm");
kernel::id!(
    /// The size that a machine was ordered in; the catalogue describes it.
    SizeId, "siz");
kernel::id!(
    /// One entry in a machine's history.
    InstanceEventId, "evt");

kernel::field!(
    /// What its owner calls it.
    pub Name: String = "compute.instance.name");
kernel::field!(
    /// Its host name.
    pub Hostname: String = "compute.instance.hostname");
kernel::field!(
    /// The SSH public key that may sign in as root.
    pub SshKey: String = "compute.instance.ssh_key");

kernel::field!(
    /// What it carries out at its first boot.
    pub UserData: String = "compute.instance.user_data");

kernel::field!(
    /// What its owner finds it by.
    pub Tags: Vec<String> = "compute.instance.tags");

/// How a machine stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = InstanceState)]
pub enum State {
    /// Ordered; nothing exists on a node yet.
    Ordered,
    /// Being set up.
    Provisioning,
    /// It runs.
    Running,
    /// It has no power.
    Stopped,
    /// Being switched on.
    Starting,
    /// Being switched off.
    Stopping,
    /// Starting anew.
    Rebooting,
    /// Getting a fresh disk.
    Rebuilding,
    /// Getting another size.
    Resizing,
    /// Being brought back to a snapshot or a backup.
    Restoring,
    /// Going to another host of its node.
    Moving,
    /// Being suspended.
    Suspending,
    /// Its processors are held and its memory stays, until it is resumed.
    Suspended,
    /// Being resumed.
    Resuming,
    /// Booting its rescue system.
    Rescuing,
    /// Its rescue system runs in place of its own.
    Rescue,
    /// Stopped, and gone once its grace ends.
    Deleting,
    /// Gone.
    Deleted,
    /// Something went wrong; the reason says what.
    Failed,
}

impl State {
    /// The states that this one may become.
    pub fn may_become(self, next: Self) -> bool {
        use State::{
            Deleted, Deleting, Failed, Moving, Ordered, Provisioning, Rebooting, Rebuilding, Rescue, Rescuing, Resizing, Restoring, Resuming, Running,
            Starting, Stopped, Stopping, Suspended, Suspending,
        };
        match self {
            Ordered => matches!(next, Provisioning | Failed | Deleted),
            // What is taken over may be without power.
            Provisioning => matches!(next, Running | Stopped | Failed | Deleted),
            Running => {
                matches!(next, Stopped | Stopping | Rebooting | Rebuilding | Resizing | Restoring | Moving | Suspending | Rescuing | Rescue | Deleting | Failed)
            }
            Stopped => matches!(next, Running | Starting | Rebuilding | Resizing | Restoring | Moving | Rescuing | Deleting | Failed),
            Suspended => matches!(next, Running | Stopped | Resuming | Stopping | Moving | Deleting | Failed),
            // Only the undo of booting it brings one from `Rescue` to `Rescuing`.
            Rescue => matches!(next, Running | Stopped | Rescuing | Rebooting | Stopping | Moving | Deleting | Failed),
            Starting | Stopping | Rebooting | Rebuilding | Resizing | Restoring | Moving | Suspending | Resuming | Rescuing => {
                matches!(next, Running | Stopped | Suspended | Rescue | Failed)
            }
            Deleting => matches!(next, Stopped | Deleted | Failed),
            Failed => matches!(next, Ordered | Provisioning | Running | Stopped | Deleting | Deleted),
            Deleted => false,
        }
    }

    /// True while something is being done to it; nothing else may begin then.
    pub fn is_busy(self) -> bool {
        use State::{Moving, Ordered, Provisioning, Rebooting, Rebuilding, Rescuing, Resizing, Restoring, Resuming, Starting, Stopping, Suspending};
        matches!(self, Ordered | Provisioning | Starting | Stopping | Rebooting | Rebuilding | Resizing | Restoring | Moving | Suspending | Resuming | Rescuing)
    }

    /// In sentences: "This machine is …".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Ordered => "waiting for its order to be completed",
            Self::Provisioning => "being set up",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Starting => "being switched on",
            Self::Stopping => "being switched off",
            Self::Rebooting => "starting anew",
            Self::Rebuilding => "getting a fresh disk",
            Self::Resizing => "getting another size",
            Self::Restoring => "being restored",
            Self::Moving => "moving to another host",
            Self::Suspending => "being suspended",
            Self::Suspended => "suspended",
            Self::Resuming => "being resumed",
            Self::Rescuing => "booting its rescue system",
            Self::Rescue => "in its rescue system",
            Self::Deleting => "about to be deleted",
            Self::Deleted => "deleted",
            Self::Failed => "not usable",
        }
    }
}

/// How large a machine is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The size in the catalogue.
    pub size_id: SizeId,
    /// The size's name when it was ordered.
    pub size_name: String,
    /// Virtual processors.
    pub cpus: i32,
    /// Memory in MiB.
    pub memory_mib: i32,
    /// Disk in GiB.
    pub disk_gib: i32,
    /// The class of nodes that the size is for; without one it is for nodes without a class.
    #[serde(default)]
    pub class: Option<String>,
}

impl Shape {
    /// The same in the driver's terms.
    pub(crate) fn size(&self) -> Size {
        let figure = |value: i32| u32::try_from(value).unwrap_or(0);
        Size { cpus: figure(self.cpus), memory_mib: figure(self.memory_mib), disk_gib: figure(self.disk_gib) }
    }

    /// `other`, with whatever `self` has more of: what both need while one becomes the other.
    pub(crate) fn most(&self, other: &Self) -> Self {
        Self {
            cpus: self.cpus.max(other.cpus),
            memory_mib: self.memory_mib.max(other.memory_mib),
            disk_gib: self.disk_gib.max(other.disk_gib),
            ..other.clone()
        }
    }
}

/// A machine to be made.
#[derive(Debug, Clone)]
pub struct NewInstance {
    /// RFC 1123 label, unique in the project.
    pub hostname: String,
    /// One OpenSSH public key.
    pub ssh_public_key: String,
    /// How large.
    pub shape: Shape,
    /// What its disk is made from.
    pub source: Source,
    /// Where.
    pub region_id: RegionId,
    /// What it carries out at its first boot, in a form that cloud-init knows.
    pub user_data: Option<String>,
    /// What it is found by, as `key` or `key:value`.
    pub tags: Vec<String>,
}

/// Which machines are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InstanceQuery {
    /// Those with this tag; a key alone finds it with any value.
    pub tag: Option<String>,
}

/// What a new machine's disk is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A template.
    Template(TemplateId),
    /// A backup of the same project, on the node where it is kept.
    Backup(BackupId),
    /// An image of the same project.
    Image(ImageId),
}

impl NewInstance {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.also(hostname::check(&self.hostname)).also(ssh_key::check(&self.ssh_public_key).map(drop));
        checks.also(self.user_data.as_deref().map_or(Ok(()), user_data::check)).also(tag::check(&self.tags).map(drop));
        checks
    }
}

/// Nobody enters a machine unasked: its owner says yes to it each time.
///
/// # Errors
/// `Invalid` on `enter_guest` without a yes.
pub(super) fn agreed(enter_guest: bool) -> Result<()> {
    if enter_guest { Ok(()) } else { Err(Error::invalid("enter_guest", "this changes something inside your machine; send true to agree")) }
}

/// Id and name of something a machine refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InstancePart)]
pub struct Part<I> {
    /// Its id.
    pub id: I,
    /// For people.
    pub name: String,
}

/// A machine's size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InstanceSize)]
pub struct SizeOf {
    /// The size in the catalogue.
    pub id: SizeId,
    /// Its name when the machine was ordered.
    pub name: String,
    /// Virtual processors.
    pub cpus: i32,
    /// Memory in MiB.
    pub memory_mib: i32,
    /// Disk in GiB.
    pub disk_gib: i32,
}

/// Where the machine's SSH server is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SshAccess {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: i32,
}

/// A machine as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// What its owner calls it.
    pub name: String,
    /// Its host name.
    pub hostname: String,
    /// What its owner finds it by, as `key` or `key:value`.
    pub tags: Vec<String>,
    /// How it stands.
    pub state: State,
    /// Why, where that is not obvious.
    pub state_reason: Option<String>,
    /// How large it is.
    pub size: SizeOf,
    /// What its disk was made from.
    pub template: Part<TemplateId>,
    /// Where it is.
    pub region: Part<RegionId>,
    /// On which node, once that is known.
    pub node_id: Option<NodeId>,
    /// `kvm`, `tcg`, or `none` for a container, which shares the host's kernel; once that is known.
    pub accelerator: Option<String>,
    /// Its own address inside its network, where the driver knows it.
    pub ipv4: Option<String>,
    /// Its public IPv6 address, where it has one and the driver knows it.
    pub ipv6: Option<String>,
    /// How to reach its SSH server.
    pub ssh: Option<SshAccess>,
    /// Its place in a private network, where it is in one.
    pub network: Option<InstanceNetwork>,
    /// What says which traffic passes, where something does.
    pub security_group_id: Option<SecurityGroupId>,
    /// Public addresses that lead to it.
    pub addresses: Vec<String>,
    /// What its node can do for it beside what every node can: `suspend`, `rescue`, `set_password`, `authorise_key`, `screen_console` and others.
    pub features: Vec<String>,
    /// When its grace ends, while it is about to be deleted.
    pub delete_at: Option<Timestamp>,
    /// The newest operation on it.
    pub operation_id: Option<OperationId>,
    /// When it was ordered.
    pub created_at: Timestamp,
}

/// One entry in a machine's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceEvent {
    /// Its id.
    pub id: InstanceEventId,
    /// When.
    pub at: Timestamp,
    /// The state from then on.
    pub kind: State,
    /// What happened.
    pub summary: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    #[test]
    fn what_is_deleted_stays_so() {
        assert!(State::iter().all(|next| !State::Deleted.may_become(next)));
    }

    #[test]
    fn power_changes_begin_from_rest_only() {
        for busy in State::iter().filter(|state| state.is_busy()) {
            for begin in [State::Starting, State::Stopping, State::Rebooting, State::Rebuilding, State::Resizing, State::Restoring, State::Deleting] {
                assert!(!busy.may_become(begin), "{busy:?} {begin:?}");
            }
            for begin in [State::Suspending, State::Resuming, State::Rescuing, State::Moving] {
                assert!(!busy.may_become(begin), "{busy:?} {begin:?}");
            }
        }
        assert!(!State::Running.may_become(State::Starting));
        assert!(!State::Stopped.may_become(State::Rebooting));
        assert!(!State::Stopped.may_become(State::Suspending));
        assert!(!State::Suspended.may_become(State::Rebooting));
        assert!(!State::Rescue.may_become(State::Rebuilding));
    }
}
