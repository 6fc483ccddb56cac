//! Making the secret of a reset link.

use std::time::Duration;

use kernel::{PersonId, Result, Tx};

use super::store;
use crate::token;

/// How long a link works.
pub const LIFETIME: Duration = Duration::from_secs(3600);

/// The secret for a new reset link of `person`, for whoever writes the mail. Only its digest is
/// stored; an earlier link stops working.
///
/// # Errors
/// Database errors.
pub async fn issue(tx: &Tx, person: PersonId) -> Result<String> {
    let secret = token::fresh(tx.cx())?;
    let now = tx.cx().now();
    store::remove_all(tx.db(), person).await?;
    store::insert(tx.db(), person, token::digest(&secret), now, now.plus(LIFETIME)).await?;
    Ok(secret)
}
