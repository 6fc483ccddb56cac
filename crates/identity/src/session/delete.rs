//! Signing out: here, on one other device, or everywhere else.

use kernel::{Cx, Error, PersonId, Result, Scope, Tx};

use super::model::SessionId;
use super::store;
use crate::permissions::SessionDelete;
use crate::token;

/// Which session to end.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// The one with this secret: the asking one.
    Current(&'a str),
    /// Another one, from the list.
    One(SessionId),
}

/// Ends one session of the person behind `at`.
///
/// # Errors
/// `NotFound` when they have no such session.
pub async fn delete(cx: &Cx, at: &Scope<SessionDelete>, which: Which<'_>) -> Result<()> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    cx.write(async |tx| {
        let gone = match which {
            Which::Current(secret) => store::remove_by_token(tx.db(), &token::digest(secret)).await?,
            Which::One(id) => store::remove(tx.db(), person, id).await?,
        };
        if !gone {
            return Err(Error::not_found("session"));
        }
        audit::record(&tx, at, person, "Signed out").await
    })
    .await
}

/// Ends every session of the person behind `at` but the one with the secret `current`.
///
/// # Errors
/// Database errors.
pub async fn delete_others(cx: &Cx, at: &Scope<SessionDelete>, current: Option<&str>) -> Result<()> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    cx.write(async |tx| {
        end_others(&tx, person, current).await?;
        audit::record(&tx, at, person, "Signed out everywhere else").await
    })
    .await
}

/// Ends every session of `person` but the one with the secret `current`, within a transaction.
pub(crate) async fn end_others(tx: &Tx, person: PersonId, current: Option<&str>) -> Result<()> {
    store::remove_others(tx.db(), person, current.map(token::digest)).await
}

/// Ends every session of `person`.
pub(crate) async fn end_all(tx: &Tx, person: PersonId) -> Result<()> {
    store::remove_others(tx.db(), person, None).await
}
