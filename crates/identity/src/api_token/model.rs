//! What an API token is to its person.

use kernel::{OrganisationId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::id!(
    /// An API token.
    ApiTokenId, "tok");

/// Sealed columns.
pub(crate) mod fields {
    kernel::field!(
        /// What its person calls it.
        pub Name: String = "identity.api_token.name");
}

/// Every token begins with this, so that scanners find leaked ones.
pub(crate) const PREFIX: &str = "fh_";
/// Characters that are stored and shown, so that people can tell tokens apart: 36 of 256 bits.
pub(crate) const SHOWN: usize = 9;

/// A new token.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewApiToken {
    /// What its person calls it.
    pub name: String,
    /// It may look but not change anything.
    #[serde(default)]
    pub read_only: bool,
    /// Where it may act; may be left out when the person belongs to one organisation.
    pub organisation_id: Option<OrganisationId>,
    /// When it stops working; never if left out.
    pub expires_at: Option<Timestamp>,
}

/// A token as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApiToken {
    /// Which.
    pub id: ApiTokenId,
    /// What its person calls it.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// Where it may act.
    pub organisation_id: OrganisationId,
    /// It may look but not change anything.
    pub read_only: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// The last use, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

/// A token that was just made. The secret is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct CreatedApiToken {
    /// Which.
    pub id: ApiTokenId,
    /// What its person calls it.
    pub name: String,
    /// The whole token, for `Authorization: Bearer`.
    pub secret: String,
    /// Its first characters.
    pub prefix: String,
    /// Where it may act.
    pub organisation_id: OrganisationId,
    /// It may look but not change anything.
    pub read_only: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}
