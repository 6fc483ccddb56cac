//! Beginning and ending it.

use kernel::permission::Permission;
use kernel::{Cx, KeyOwner, PersonId, Place, Result, Scope, Tx};

use super::view::{Restriction, view};
use crate::permissions::{RestrictionCreate, RestrictionDelete};
use crate::request::{self, Kind, Noted, RequestId, State};

/// Restricts the use of everything about the person of `at`, at once.
///
/// # Errors
/// Database errors.
pub async fn create(cx: &Cx, at: &Scope<RestrictionCreate>) -> Result<Restriction> {
    let person = person(at)?;
    let terms = request::of_place(cx, None, Kind::Restriction).await?;
    let noted = Noted { kind: Kind::Restriction, place: None, text: None, purpose: None, terms: &terms, quiet: true };
    cx.write(async |tx| {
        if !stands(&tx, person).await? {
            set(&tx, at, person, true, &noted).await?;
        }
        Ok(())
    })
    .await?;
    view(cx, person).await
}

/// Ends it.
///
/// # Errors
/// Database errors.
pub async fn delete(cx: &Cx, at: &Scope<RestrictionDelete>) -> Result<Restriction> {
    let person = person(at)?;
    cx.write(async |tx| {
        if stands(&tx, person).await? {
            write(&tx, person, false).await?;
            audit::record(&tx, at, person, "Ended the restriction of their data").await?;
        }
        Ok(())
    })
    .await?;
    view(cx, person).await
}

/// Writes it down, with the request that it answers.
pub(crate) async fn set<P: Permission>(tx: &Tx, at: &Scope<P>, person: PersonId, given: bool, noted: &Noted<'_>) -> Result<RequestId> {
    write(tx, person, given).await?;
    request::note(tx, at, person, noted, State::Done).await
}

async fn write(tx: &Tx, person: PersonId, given: bool) -> Result<()> {
    let owner = KeyOwner::Person(person);
    let version = crate::policy::store::newest_number(tx.db()).await?.to_string();
    kernel::choice::set(tx, owner, "restriction", "", given, &version).await?;
    let body = serde_json::json!({ "person": person, "restricted": given });
    audit::log::append(tx, "restriction.changed", &body, Some(owner)).await?;
    Ok(())
}

async fn stands(tx: &Tx, person: PersonId) -> Result<bool> {
    Ok(kernel::choice::of(tx.db(), KeyOwner::Person(person)).await?.iter().any(|one| one.kind == "restriction" && one.given))
}

pub(super) fn person<P: Permission>(at: &Scope<P>) -> Result<PersonId> {
    match at.place() {
        Place::Person { person } => Ok(person),
        _ => Err(kernel::Error::internal("a person scope without a person")),
    }
}
