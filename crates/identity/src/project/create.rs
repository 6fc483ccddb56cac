//! Making a project.

use kernel::{Cx, Error, KeyOwner, ProjectId, Result, Scope, Sealed};

use super::model::{NewProject, Project};
use super::store;
use crate::permissions::ProjectCreate;
use crate::person;

/// Most projects of one organisation.
const MOST: usize = 100;

/// Makes a project in the organisation of `at`.
///
/// # Errors
/// `Invalid` at `name`; `Exhausted` when there are many.
pub async fn create(cx: &Cx, at: &Scope<ProjectCreate>, new: &NewProject) -> Result<Project> {
    let organisation = at.organisation_id()?;
    let made = Project { id: cx.new_id::<ProjectId>(), name: person::normal_name("name", &new.name)?, created_at: cx.now() };
    cx.write(async |tx| {
        if store::locked_count(&tx, at).await? >= MOST {
            return Err(Error::exhausted("An organisation has at most 100 projects. Delete one that is empty."));
        }
        let name = Sealed::seal(&tx, KeyOwner::Organisation(organisation), &made.name).await?;
        store::insert(tx.db(), made.id, organisation, name, made.created_at).await?;
        audit::record(&tx, at, made.id, "Made a project").await
    })
    .await?;
    Ok(made)
}
