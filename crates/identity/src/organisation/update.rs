//! Changing an organisation's name and billing particulars.

use kernel::map::purpose;
use kernel::permission::AtOrganisation;
use kernel::{Cx, Error, KeyOwner, Result, Scope, Sealed};

use super::model::{Organisation, OrganisationPatch};
use super::store::{self, Stored};
use super::view::open;
use crate::events::{ORGANISATION_UPDATED, OrganisationFact};

/// Applies `patch` to the organisation of `at`.
///
/// # Errors
/// `Invalid` with every wrong field; `NotFound` when it was erased meanwhile.
pub async fn update<P: AtOrganisation>(cx: &Cx, at: &Scope<P>, patch: &OrganisationPatch) -> Result<Organisation> {
    let patch = patch.checked()?;
    let id = at.organisation_id()?;
    let key = KeyOwner::Organisation(id);
    let stored = cx
        .write(async |tx| {
            let old = store::here(tx.db(), at).await?.ok_or_else(|| Error::not_found("organisation"))?;
            let name = match &patch.name {
                Some(name) => Sealed::seal(&tx, key, name).await?,
                None => old.name,
            };
            let new = Stored {
                name,
                legal_name: replaced(&tx, key, old.legal_name, &patch.legal_name).await?,
                address: replaced(&tx, key, old.address, &patch.address).await?,
                country: replaced(&tx, key, old.country, &patch.country).await?,
                tax_id: replaced(&tx, key, old.tax_id, &patch.tax_id).await?,
                ..old
            };
            store::set_particulars(tx.db(), at, new.clone()).await?;
            tx.announce(ORGANISATION_UPDATED, at.place(), id, &OrganisationFact { organisation_id: id }).await?;
            audit::record(&tx, at, id, "Changed name or billing particulars").await?;
            Ok(new)
        })
        .await?;
    let mut opened = open(cx, at, &purpose::ACCOUNT, &[stored]).await?;
    opened.pop().ok_or_else(|| Error::not_found("organisation"))
}

/// Absent keeps `old`, null removes it, a text replaces it.
async fn replaced<F: kernel::seal::Field<Value = String>>(
    tx: &kernel::Tx,
    key: KeyOwner,
    old: Option<Sealed<F>>,
    change: &Option<Option<String>>,
) -> Result<Option<Sealed<F>>> {
    match change {
        None => Ok(old),
        Some(None) => Ok(None),
        Some(Some(text)) => Ok(Some(Sealed::seal(tx, key, text).await?)),
    }
}
