//! Revoking an API token.

use kernel::{Cx, Error, Result, Scope};

use super::model::ApiTokenId;
use super::store;
use crate::permissions::ApiTokenDelete;

/// Revokes a token of the person behind `at`; it stops working at once.
///
/// # Errors
/// `NotFound` when they have no such token.
pub async fn delete(cx: &Cx, at: &Scope<ApiTokenDelete>, id: ApiTokenId) -> Result<()> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    cx.write(async |tx| {
        if !store::remove(tx.db(), person, id).await? {
            return Err(Error::not_found("API token"));
        }
        audit::record(&tx, at, id, "Revoked an API token").await
    })
    .await
}
