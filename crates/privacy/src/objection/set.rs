//! Objecting and taking it back.

use kernel::permission::Permission;
use kernel::{Cx, Error, KeyOwner, PersonId, Place, Result, Scope, Tx};

use super::list::{Objections, list, objectionable};
use crate::permissions::ObjectionDelete;
use crate::request::{self, Kind, Noted, RequestId, State};

/// Stops the purpose that `noted` names at once. An objection to a use on legitimate interest opens
/// a request that staff decide in time; to an optional use there is nothing to decide.
pub(crate) async fn set<P: Permission>(tx: &Tx, at: &Scope<P>, person: PersonId, noted: &Noted<'_>) -> Result<RequestId> {
    let key = noted.purpose.unwrap_or_default();
    let Some((purpose, _)) = objectionable(tx.cx().map()).remove(key) else {
        return Err(Error::invalid("purpose", "this use rests on a contract or a law; choose one of the uses that can be objected to"));
    };
    if let Some(under_way) = request::store::open_of(tx.db(), person, Kind::Objection, key).await? {
        return Ok(under_way);
    }
    write(tx, KeyOwner::Person(person), key, true).await?;
    if purpose.optional {
        // Whatever was agreed to before ends with it.
        kernel::choice::set(tx, KeyOwner::Person(person), "consent", key, false, &version(tx).await?).await?;
    }
    request::note(tx, at, person, noted, if purpose.optional { State::Done } else { State::Open }).await
}

/// Takes the objection of the person of `at` back.
///
/// # Errors
/// `NotFound` when they do not object to it.
pub async fn delete(cx: &Cx, at: &Scope<ObjectionDelete>, purpose: &str) -> Result<Objections> {
    let person = person(at)?;
    cx.write(async |tx| {
        if !lift(&tx, KeyOwner::Person(person), purpose).await? {
            return Err(Error::not_found("objection"));
        }
        if let Some(request) = request::store::open_of(tx.db(), person, Kind::Objection, purpose).await? {
            request::finish(&tx, request, State::Withdrawn, None, false).await?;
        }
        audit::record(&tx, at, person, "Took an objection back").await
    })
    .await?;
    list(cx, person).await
}

/// Ends an objection; false when there is none.
pub(crate) async fn lift(tx: &Tx, owner: KeyOwner, purpose: &str) -> Result<bool> {
    let stands = kernel::choice::of(tx.db(), owner).await?.iter().any(|one| one.kind == "objection" && one.given && one.purpose == purpose);
    if stands {
        write(tx, owner, purpose, false).await?;
    }
    Ok(stands)
}

async fn write(tx: &Tx, owner: KeyOwner, purpose: &str, given: bool) -> Result<()> {
    kernel::choice::set(tx, owner, "objection", purpose, given, &version(tx).await?).await?;
    let body = serde_json::json!({ "owner": owner.uuid(), "purpose": purpose, "objects": given });
    audit::log::append(tx, "objection.changed", &body, Some(owner)).await?;
    Ok(())
}

async fn version(tx: &Tx) -> Result<String> {
    Ok(crate::policy::store::newest_number(tx.db()).await?.to_string())
}

pub(super) fn person<P: Permission>(at: &Scope<P>) -> Result<PersonId> {
    match at.place() {
        Place::Person { person } => Ok(person),
        _ => Err(Error::internal("a person scope without a person")),
    }
}
