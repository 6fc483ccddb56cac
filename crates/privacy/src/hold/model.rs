//! What a hold is.

use kernel::{OrganisationId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

kernel::id!(
    /// A legal hold.
    HoldId, "hld");

/// What certificates and previews name as the law.
pub const LAW: &str = "legal hold (GDPR Art. 17(3)(e))";

/// What staff send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHold {
    /// Whose data: a person …
    pub person_id: Option<PersonId>,
    /// … or an organisation.
    pub organisation_id: Option<OrganisationId>,
    /// Kinds of data, named as in exports; what their rows belong through is held with them.
    pub sections: Vec<String>,
    /// The number of the matter that needs them; no names.
    pub matter: String,
    /// When it ends by itself.
    pub ends_at: Timestamp,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Whose data, when it is a person's.
    pub person_id: Option<PersonId>,
    /// Whose data, when it is an organisation's.
    pub organisation_id: Option<OrganisationId>,
    /// Kinds of data.
    pub sections: Vec<String>,
    /// The number of the matter.
    pub matter: String,
    /// Who answers for it.
    pub placed_by: PersonId,
    /// Since when.
    pub placed_at: Timestamp,
    /// When it ends, or ended.
    pub ends_at: Timestamp,
    /// When what it had paused was done; absent before, and when nothing was paused.
    pub resumed_at: Option<Timestamp>,
}
