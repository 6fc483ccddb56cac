//! Changing one's own name.

use kernel::permission::Permission;
use kernel::{Cx, Error, KeyOwner, Place, Result, Scope, Sealed};

use super::model::{PersonPatch, normal_name};
use super::store;

/// Changes the name of the person of `at`.
///
/// # Errors
/// `Invalid` at `name`.
pub async fn update<P: Permission>(cx: &Cx, at: &Scope<P>, patch: &PersonPatch) -> Result<()> {
    let name = normal_name("name", &patch.name)?;
    let Place::Person { person } = at.place() else { return Err(Error::internal("a person scope without a person")) };
    cx.write(async |tx| {
        let sealed = Sealed::seal(&tx, KeyOwner::Person(person), &name).await?;
        store::set_name(tx.db(), person, sealed).await?;
        audit::record(&tx, at, person, "Changed their name").await
    })
    .await
}
