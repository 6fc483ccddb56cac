//! Making an organisation with its first project and its owner: within a sign-up, or by somebody
//! who has an account.

use kernel::{Cx, Error, KeyOwner, OrganisationId, PersonId, Place, ProjectId, Result, Scope, Sealed, Tx};

use super::model::NewOrganisation;
use super::store;
use crate::events::{ORGANISATION_CREATED, OrganisationFact};
use crate::member::{self, Role};
use crate::permissions::OrganisationCreate;
use crate::{person, project};

/// Most organisations that one person may belong to: enough for anybody who is not a program.
const MOST: usize = 20;

/// What the first project is called until somebody renames it.
const FIRST_PROJECT: &str = "Default";

/// What a stored organisation is made from.
pub(crate) struct Founding {
    pub(crate) id: OrganisationId,
    /// The id of its first project.
    pub(crate) project: ProjectId,
    pub(crate) owner: PersonId,
    pub(crate) name: String,
}

/// Makes an organisation that the person behind `at` owns.
///
/// # Errors
/// `Invalid` at `name`; `Exhausted` for somebody who has many.
pub async fn create(cx: &Cx, at: &Scope<OrganisationCreate>, new: &NewOrganisation) -> Result<OrganisationId> {
    let owner = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    let founding = Founding { id: cx.new_id(), project: cx.new_id(), owner, name: person::normal_name("name", &new.name)? };
    cx.write(async |tx| {
        let mut mine: Vec<OrganisationId> = store::places_of(tx.db(), owner).await?.iter().map(|place| place.organisation).collect();
        mine.dedup();
        if mine.len() >= MOST {
            return Err(Error::exhausted("You belong to many organisations already. Leave one first, or write to us."));
        }
        found(&tx, &founding).await?;
        audit::record(&tx, at, founding.id, "Made an organisation").await
    })
    .await?;
    Ok(founding.id)
}

/// Stores the organisation, its owner and its first project.
pub(crate) async fn found(tx: &Tx, new: &Founding) -> Result<()> {
    let now = tx.cx().now();
    let key = KeyOwner::Organisation(new.id);
    store::insert(tx.db(), new.id, Sealed::seal(tx, key, &new.name).await?, now).await?;
    member::store::insert(tx.db(), new.id, new.owner, Role::Owner, now).await?;
    let name = Sealed::seal(tx, key, &FIRST_PROJECT.to_owned()).await?;
    project::store::insert(tx.db(), new.project, new.id, name, now).await?;
    let place = Place::Organisation { organisation: new.id };
    tx.announce(ORGANISATION_CREATED, place, new.id, &OrganisationFact { organisation_id: new.id }).await
}
