//! What other domains may know of a person: whether they are verified, and whom to write to.

use std::collections::HashMap;

use kernel::map::Purpose;
use kernel::permission::Permission;
use kernel::{Cx, Error, Gate, PersonId, Result, Scope};
use sea_orm::ConnectionTrait;

use super::model::Contact;
use super::store;

/// Whether the person has proved that they read mail at their address. Ordering waits for it.
///
/// # Errors
/// Database errors; somebody who does not exist is not verified.
pub async fn is_verified(db: &impl ConnectionTrait, person: PersonId) -> Result<bool> {
    Ok(store::by_id(db, person).await?.is_some_and(|person| person.verified))
}

/// Address and name of a person, opened for `purpose` (messages: `NOTICE`; invoices: `BILLING`).
///
/// # Errors
/// `NotFound` after an erasure; `Denied` by the gate.
pub async fn contact<P: Permission>(cx: &Cx, at: &Scope<P>, purpose: &'static Purpose, person: PersonId) -> Result<Contact> {
    let row = store::by_id(cx.db(), person).await?.ok_or_else(|| Error::not_found("account"))?;
    let gate = Gate::new(cx, at, purpose, [row.email.bytes(), row.name.bytes()]).await?;
    Ok(Contact { email: row.email.open(&gate)?, name: row.name.open(&gate)? })
}

/// Names by id, for lists that show who did something; erased people are absent.
///
/// # Errors
/// `Denied` by the gate.
pub async fn names<P: Permission>(cx: &Cx, at: &Scope<P>, purpose: &'static Purpose, people: &[PersonId]) -> Result<HashMap<PersonId, String>> {
    let rows = store::by_ids(cx.db(), people).await?;
    let gate = Gate::new(cx, at, purpose, rows.iter().map(|row| row.name.bytes()).collect::<Vec<_>>()).await?;
    rows.iter().map(|row| Ok((row.id, row.name.open(&gate)?))).collect()
}
