//! What other domains may know of a person: whether they are verified, and whom to write to.

use std::collections::HashMap;

use kernel::map::Purpose;
use kernel::permission::Permission;
use kernel::{Cx, Error, Gate, Kind, PersonId, Result, Scope, Tx};
use sea_orm::ConnectionTrait;

use super::model::{Contact, StaffRole};
use super::store;

/// Whether the person has proved that they read mail at their address. Ordering waits for it.
///
/// # Errors
/// Database errors; somebody who does not exist is not verified.
pub async fn is_verified(db: &impl ConnectionTrait, person: PersonId) -> Result<bool> {
    Ok(store::by_id(db, person).await?.is_some_and(|person| person.verified))
}

/// Whether the account is there, held until the transaction ends: what is written about the person
/// meanwhile cannot outlive them by a hair.
///
/// # Errors
/// Database errors.
pub async fn is_held(tx: &Tx, person: PersonId) -> Result<bool> {
    store::held(tx, person).await
}

/// The operator's owners and admins: who is told when something of the installation needs a hand.
///
/// # Errors
/// Database errors.
pub async fn staff(db: &impl ConnectionTrait) -> Result<Vec<PersonId>> {
    store::with_staff_roles(db, &[StaffRole::Owner, StaffRole::Admin]).await
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

/// Names by id, for lists that show who did something; erased people are absent, and so are those
/// who have had the use of their data restricted.
///
/// # Errors
/// `Denied` by the gate.
pub async fn names<P: Permission>(cx: &Cx, at: &Scope<P>, purpose: &'static Purpose, people: &[PersonId]) -> Result<HashMap<PersonId, String>> {
    let rows = store::by_ids(cx.db(), people).await?;
    let gate = Gate::new(cx, at, purpose, rows.iter().map(|row| row.name.bytes()).collect::<Vec<_>>()).await?;
    let mut names = HashMap::with_capacity(rows.len());
    for row in &rows {
        match row.name.open(&gate) {
            Ok(name) => drop(names.insert(row.id, name)),
            Err(error) if error.kind() == Kind::Restricted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(names)
}
