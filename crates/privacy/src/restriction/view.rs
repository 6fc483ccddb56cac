//! Whether it stands.

use kernel::{Cx, KeyOwner, PersonId, Result, Timestamp};
use serde::{Deserialize, Serialize};

/// Whether the use of somebody's data is restricted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Restriction {
    /// True while it is.
    pub restricted: bool,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// As it stands for `person`.
///
/// # Errors
/// Database errors.
pub async fn view(cx: &Cx, person: PersonId) -> Result<Restriction> {
    let standing = kernel::choice::of(cx.db(), KeyOwner::Person(person)).await?.into_iter().find(|one| one.kind == "restriction" && one.given);
    Ok(Restriction { restricted: standing.is_some(), since: standing.map(|one| one.at) })
}
