//! Keeping a notification, in the transaction that gives a reason for it.

use kernel::{KeyOwner, PersonId, Result, Sealed, Tx};

use super::model::Said;
use super::store;
use crate::mail::Template;

/// Keeps what `template` says for `person`.
pub(crate) async fn keep(tx: &Tx, person: PersonId, template: Template, said: &Said) -> Result<()> {
    let content = Sealed::seal(tx, KeyOwner::Person(person), said).await?;
    store::insert(tx, person, template, content).await
}
