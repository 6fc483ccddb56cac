//! What an order is and its states. No IO, no clock.

use billing::meter::Cycle;
use billing::payment::{PaymentId, PaymentMethod};
use compute::backup::BackupId;
use compute::disk::DiskWithMachine;
use compute::instance::{Part, Source};
use compute::network::NetworkId;
use compute::security_group::SecurityGroupId;
use compute::template::TemplateSource;
use compute::{ImageId, InstanceId, RegionId, SizeId, TemplateId};
use kernel::{Money, Timestamp};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::OperationId;

kernel::id!(
    /// An order.
    OrderId, "ord");

kernel::field!(
    /// The host name that was ordered.
    pub Hostname: String = "catalogue.order.hostname");

kernel::field!(
    /// The extra disks that were ordered and wait for the machine.
    pub Disks: Vec<DiskWithMachine> = "catalogue.order.disks");

/// How an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = OrderState)]
pub enum State {
    /// The payment is being taken.
    Paying,
    /// The payment waits for a word from the payer, or for the bank.
    AwaitingConfirmation,
    /// The payment failed; nothing was charged.
    PaymentFailed,
    /// Paid; the machine is being set up.
    Provisioning,
    /// The machine runs and its contract has begun.
    Active,
    /// The machine could not be set up; what was charged went back.
    Failed,
    /// Cancelled before it was paid.
    Cancelled,
}

impl State {
    /// The states that this one may become.
    pub fn may_become(self, next: Self) -> bool {
        use State::{Active, AwaitingConfirmation, Cancelled, Failed, Paying, PaymentFailed, Provisioning};
        match self {
            Paying => matches!(next, AwaitingConfirmation | PaymentFailed | Provisioning | Failed | Cancelled),
            AwaitingConfirmation => matches!(next, Paying | PaymentFailed | Provisioning | Failed | Cancelled),
            Provisioning => matches!(next, Active | Failed),
            // Only while the last step of the fulfilment is being taken back.
            Active => matches!(next, Failed),
            PaymentFailed | Failed => matches!(next, Paying | Cancelled),
            Cancelled => false,
        }
    }

    /// In sentences: "This order …".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Paying => "is being paid",
            Self::AwaitingConfirmation => "waits for the confirmation of its payment",
            Self::PaymentFailed => "was not paid",
            Self::Provisioning => "is paid and its machine is being set up",
            Self::Active => "is complete",
            Self::Failed => "failed",
            Self::Cancelled => "was cancelled",
        }
    }
}

/// What is ordered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// How large.
    pub size_id: SizeId,
    /// From which template, unless it is from a backup or an image.
    #[serde(default)]
    pub template_id: Option<TemplateId>,
    /// From which backup, in place of a template. The machine goes where the backup is kept.
    #[serde(default)]
    pub backup_id: Option<BackupId>,
    /// From which image of the project, in place of a template.
    #[serde(default)]
    pub image_id: Option<ImageId>,
    /// Where.
    pub region_id: RegionId,
    /// How it is billed.
    pub cycle: Cycle,
    /// The machine's host name, unique in the project.
    pub hostname: String,
    /// One OpenSSH public key, which may sign in as root.
    pub ssh_public_key: String,
    /// What the machine carries out at its first boot: a script or another form that cloud-init knows, at most 32 KiB.
    #[serde(default)]
    pub user_data: Option<String>,
    /// The private network that the machine is in; without one it is where its node puts machines by itself.
    #[serde(default)]
    pub network_id: Option<NetworkId>,
    /// What says which traffic passes in that network.
    #[serde(default)]
    pub security_group_id: Option<SecurityGroupId>,
    /// Extra disks that are made for the machine once it runs; at most 8. They are billed by the hour, however the machine is.
    #[serde(default)]
    pub disks: Vec<DiskWithMachine>,
    /// What the machine is found by, as `key` or `key:value`; at most 20.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How it is paid.
    pub payment_method: PaymentMethod,
}

/// Another try.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderRetry {
    /// How it is paid this time.
    pub payment_method: PaymentMethod,
}

/// From what the disk of an ordered machine is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum DiskSource {
    /// A template that is built on the hosts.
    Built,
    /// A version of a template that is an image.
    Image,
    /// An image of the project's own.
    OwnImage,
    /// A backup of the project's.
    Backup,
}

impl DiskSource {
    /// What was named, and where that kind of template comes from.
    pub(super) fn of(named: Source, template: TemplateSource) -> Self {
        match (named, template) {
            (Source::Backup(_), _) => Self::Backup,
            (Source::Image(_), _) => Self::OwnImage,
            (Source::Template(_), TemplateSource::Image) => Self::Image,
            (Source::Template(_), TemplateSource::Built) => Self::Built,
        }
    }
}

/// The template of an order, as it was when it was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderedTemplate {
    /// Its id.
    pub id: TemplateId,
    /// For people.
    pub name: String,
    /// What it is; absent for orders of a time when that was not noted.
    pub source: Option<DiskSource>,
    /// Which version of the template was the newest then, where it has versions.
    pub version: Option<i32>,
}

/// An order as people see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// How it stands.
    pub state: State,
    /// How it is billed.
    pub cycle: Cycle,
    /// The machine's host name.
    pub hostname: String,
    /// How large.
    pub size: Part<SizeId>,
    /// From which template.
    pub template: OrderedTemplate,
    /// Where.
    pub region: Part<RegionId>,
    /// The machine.
    pub instance_id: InstanceId,
    /// Extra disks that wait for the machine. Once it runs they stand where all disks do.
    pub disks: Vec<DiskWithMachine>,
    /// The newest payment.
    pub payment_id: Option<PaymentId>,
    /// The newest operation.
    pub operation_id: Option<OperationId>,
    /// What is charged with the order, tax included.
    pub charged_now: Money,
    /// When it was placed.
    pub created_at: Timestamp,
    /// What went wrong, in words.
    pub problem: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    #[test]
    fn what_is_paid_cannot_be_cancelled() {
        for state in [State::Provisioning, State::Active] {
            assert!(!state.may_become(State::Cancelled));
        }
        assert!(State::iter().all(|next| !State::Cancelled.may_become(next)));
    }
}
