//! Renaming a project.

use kernel::{Cx, KeyOwner, Result, Scope, Sealed};

use super::model::NewProject;
use super::store;
use crate::permissions::ProjectUpdate;
use crate::person;

/// Renames the project of `at`.
///
/// # Errors
/// `Invalid` at `name`.
pub async fn update(cx: &Cx, at: &Scope<ProjectUpdate>, new: &NewProject) -> Result<()> {
    let name = person::normal_name("name", &new.name)?;
    let (organisation, project) = (at.organisation_id()?, at.project_id()?);
    cx.write(async |tx| {
        let sealed = Sealed::seal(&tx, KeyOwner::Organisation(organisation), &name).await?;
        store::set_name(tx.db(), at, sealed).await?;
        audit::record(&tx, at, project, "Renamed a project").await
    })
    .await
}
