//! Taking back a change that still waits.

use kernel::{Cx, Error, Result, Scope};

use super::store;
use crate::permissions::EmailChangeDelete;

/// Forgets the change that the person behind `at` asked for; its link works no more.
///
/// # Errors
/// `NotFound` when none waits.
pub async fn delete(cx: &Cx, at: &Scope<EmailChangeDelete>) -> Result<()> {
    let id = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    cx.write(async |tx| {
        if !store::remove(tx.db(), id).await? {
            return Err(Error::not_found("change of address"));
        }
        audit::record(&tx, at, id, "Kept their e-mail address").await
    })
    .await
}
