//! Changing one's own name.

use kernel::{Cx, Error, KeyOwner, Result, Scope, Sealed};

use super::model::{PersonPatch, normal_name};
use super::store;
use crate::permissions::PersonUpdate;

/// Changes the name of the person behind `at`.
///
/// # Errors
/// `Invalid` at `name`.
pub async fn update(cx: &Cx, at: &Scope<PersonUpdate>, patch: &PersonPatch) -> Result<()> {
    let name = normal_name("name", &patch.name)?;
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    cx.write(async |tx| {
        let sealed = Sealed::seal(&tx, KeyOwner::Person(person), &name).await?;
        store::set_name(tx.db(), person, sealed).await?;
        audit::record(&tx, at, person, "Changed their name").await
    })
    .await
}
