//! Making an organisation with its first project and its owner, within a sign-up.

use kernel::{KeyOwner, OrganisationId, PersonId, ProjectId, Result, Sealed, Tx};

use super::model::Role;
use super::store;
use crate::project;

/// A new organisation.
pub(crate) struct NewOrganisation {
    pub(crate) id: OrganisationId,
    /// The id of its first project.
    pub(crate) project: ProjectId,
    pub(crate) owner: PersonId,
    pub(crate) name: String,
}

/// What the first project is called until somebody renames it.
const FIRST_PROJECT: &str = "Default";

pub(crate) async fn create(tx: &Tx, new: &NewOrganisation) -> Result<()> {
    let now = tx.cx().now();
    let key = KeyOwner::Organisation(new.id);
    store::insert(tx.db(), new.id, Sealed::seal(tx, key, &new.name).await?, now).await?;
    store::insert_member(tx.db(), new.id, new.owner, Role::Owner, now).await?;
    let name = Sealed::seal(tx, key, &FIRST_PROJECT.to_owned()).await?;
    project::store::insert(tx.db(), new.project, new.id, name, now).await
}
