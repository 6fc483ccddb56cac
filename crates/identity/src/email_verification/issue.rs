//! Making the secret of a verification link.

use std::time::Duration;

use kernel::{PersonId, Result, Tx};

use super::store;
use crate::token;

/// How long a link works.
pub const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// The secret for a new verification link of `person`, for whoever writes the mail. Only its
/// digest is stored; links that were sent before keep working until they end.
///
/// # Errors
/// Database errors.
pub async fn issue(tx: &Tx, person: PersonId) -> Result<String> {
    let secret = token::fresh(tx.cx())?;
    let now = tx.cx().now();
    store::insert(tx.db(), person, token::digest(&secret), now, now.plus(LIFETIME)).await?;
    Ok(secret)
}
