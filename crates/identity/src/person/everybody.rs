//! All people in pages, for those who must tell them something.

use kernel::{PersonId, Result};
use sea_orm::ConnectionTrait;

use super::store;

/// Up to `limit` people in the order of their ids, which is the order in which they signed up, from behind `after` on.
///
/// # Errors
/// Database errors.
pub async fn everybody(db: &impl ConnectionTrait, after: Option<PersonId>, limit: u64) -> Result<Vec<PersonId>> {
    store::after(db, after, limit).await
}
