//! What an invitation is to those who sent it, and to whoever holds its link.

use std::time::Duration;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::member::Role;

kernel::id!(
    /// An invitation.
    InvitationId, "inv");

/// Sealed columns.
pub(crate) mod fields {
    kernel::field!(
        /// Whom it is for.
        pub Email: String = "identity.invitation.email");
}

/// How long its link works.
pub const LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);
/// Most open invitations of one organisation.
pub(crate) const MOST: usize = 100;

/// A new invitation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewInvitation {
    /// Where the link is mailed to.
    pub email: String,
    /// What they may do once they accept.
    pub role: Role,
}

/// An open invitation, as those see it who may invite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Invitation {
    /// Which.
    pub id: InvitationId,
    /// Where the link was mailed to.
    pub email: String,
    /// What they may do once they accept.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
    /// When its link stops working.
    pub expires_at: Timestamp,
}

/// An invitation, as whoever holds its link sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InvitationView {
    /// Where to.
    pub organisation: String,
    /// Who invites; absent when they are gone.
    pub invited_by: Option<String>,
    /// What the invited person may do once they accept.
    pub role: Role,
    /// The address that the link was mailed to.
    pub email: String,
    /// When the link stops working.
    pub expires_at: Timestamp,
}
