//! Which organisations go with a person when they erase their account.

use kernel::{OrganisationId, PersonId, Result};
use sea_orm::ConnectionTrait;

use crate::member;

/// The organisations whose last owner is `person`: nobody else could decide about them, so they
/// are erased together with the person.
///
/// # Errors
/// Database errors.
pub async fn sole_organisations(db: &impl ConnectionTrait, person: PersonId) -> Result<Vec<OrganisationId>> {
    member::store::solely_owned(db, person).await
}
