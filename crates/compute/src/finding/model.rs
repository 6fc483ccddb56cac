//! What a finding is, what it says, and what may be done about it. No IO, no clock.

use kernel::Timestamp;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::OperationId;

use super::limit;
use crate::instance::{InstanceId, State};

kernel::id!(
    /// A finding.
    FindingId, "fnd");

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A hypervisor does not answer. Nothing is said about its guests meanwhile.
    NodeUnreachable,
    /// A hypervisor presents another certificate than the one that is trusted. Nothing is sent to it.
    CertificateChanged,
    /// A hypervisor does not accept our token any more.
    TokenRefused,
    /// A machine's guest is gone from its hypervisor.
    GuestGone,
    /// A guest of ours has no machine here.
    OrphanGuest,
    /// An extra disk of ours has no row here.
    OrphanDisk,
    /// An extra disk is gone from its hypervisor.
    DiskGone,
    /// A machine here is on no node, so it has no guest anywhere.
    OrphanMachine,
    /// A guest is in another state than its machine.
    StateDiffers,
    /// A guest has other processors, memory or disk than its machine.
    ShapeDiffers,
    /// A machine passes from one state to another for too long.
    Stuck,
}

/// What a person may have done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Repair {
    /// Take what the hypervisor says.
    Accept,
    /// Switch the guest on.
    Start,
    /// Switch the guest off.
    Stop,
    /// Let a paused guest go on.
    Resume,
    /// Give the guest the size that its machine has.
    Resize,
    /// Remove the guest with its disk, or the extra disk.
    Remove,
    /// Note that the machine is not usable.
    MarkFailed,
    /// Try its operation again from the step that failed.
    Retry,
    /// Trust the certificate that is presented by now.
    AcceptCertificate,
}

/// A repair that is offered for a finding, or why it is not now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    /// Which.
    pub repair: Repair,
    /// In a few words.
    pub title: String,
    /// What it does, in a sentence.
    pub effect: String,
    /// What must be typed to confirm it, where that cannot be taken back.
    pub confirm: Option<String>,
    /// Why it cannot be done now.
    pub refused: Option<String>,
}

/// A finding as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// What differs.
    pub kind: FindingKind,
    /// On which node.
    pub node: Option<String>,
    /// The name that the guest or the extra disk carries on its hypervisor.
    pub reference: Option<String>,
    /// Which machine.
    pub instance_id: Option<InstanceId>,
    /// What we believe.
    pub believed: Option<String>,
    /// What the hypervisor says.
    pub seen: Option<String>,
    /// What that means, in sentences.
    pub explanation: String,
    /// Since when it is so.
    pub since: Timestamp,
    /// What may be done about it.
    pub repairs: Vec<Offer>,
    /// The operation that repairs it, or that repaired it last without success.
    pub operation_id: Option<OperationId>,
}

/// How many findings of a kind are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingCount {
    /// Of which kind.
    pub kind: FindingKind,
    /// How many.
    pub count: i64,
    /// Since when the oldest is so.
    pub oldest: Timestamp,
}

/// A repair to be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingRepair {
    /// Which.
    pub repair: Repair,
    /// What [`Offer::confirm`] asks for.
    #[serde(default)]
    pub confirm: Option<String>,
}

/// What a finding means, in sentences for the operator.
pub(super) fn explain(kind: FindingKind, state: Option<State>, believed: Option<&str>, seen: Option<&str>) -> String {
    let (believed, seen) = (believed.unwrap_or("nothing"), seen.unwrap_or("nothing"));
    match kind {
        FindingKind::NodeUnreachable => {
            format!("The hypervisor does not answer: {seen} What runs on it may run on; nothing is said about its guests until it answers.")
        }
        FindingKind::CertificateChanged => format!(
            "It presents another certificate than the one that was compared when it was enrolled: {seen} instead of {believed}. Either somebody renewed it, \
             or somebody stands in between, so nothing is sent there. What runs on it runs on, and nothing is said about its guests until this is settled. \
             Read the fingerprint at the node itself, on its own screen or over SSH: pvenode cert info."
        ),
        FindingKind::TokenRefused => format!(
            "The hypervisor does not accept our token any more ({seen}). Somebody revoked it, it has run out, or its user is switched off. What runs on it runs on. \
             Make a new token there, and give it to the cluster; until then nothing can be done with its machines."
        ),
        FindingKind::GuestGone => {
            "The guest is not on its hypervisor any more, and nobody had asked for that here. Its owner sees the machine as not usable.".to_owned()
        }
        FindingKind::OrphanGuest => {
            format!("The hypervisor has a guest that carries our mark ({seen}), and no machine here stands behind it. Nothing touches it.")
        }
        FindingKind::OrphanDisk => {
            format!("The hypervisor keeps an extra disk that carries our mark ({seen}), and no disk here stands behind it. Nothing touches it.")
        }
        FindingKind::DiskGone => {
            "The hypervisor does not have this extra disk any more, and nobody had asked for that here. Its owner sees it as gone, and pays nothing until it is back.".to_owned()
        }
        FindingKind::OrphanMachine => format!("The machine is {believed} here and is on no node, so there is no guest behind it."),
        FindingKind::StateDiffers => format!("The machine should be {believed}; its hypervisor says that it is {seen}."),
        FindingKind::ShapeDiffers => format!("The machine has {believed}; its hypervisor says {seen}."),
        FindingKind::Stuck => match state.and_then(limit::passing) {
            Some(limit) => {
                format!("The machine is {believed} for longer than {} minutes, which is the limit because {}.", limit.of.as_secs() / 60, limit.because)
            }
            None => format!("The machine was {believed} for too long."),
        },
    }
}
