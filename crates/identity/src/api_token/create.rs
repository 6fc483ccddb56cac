//! Making an API token.

use kernel::{Checks, Cx, Error, KeyOwner, OrganisationId, PersonId, Result, Scope, Sealed};
use sea_orm::ConnectionTrait;

use super::model::{ApiTokenId, CreatedApiToken, NewApiToken, PREFIX, SHOWN};
use super::store::{self, Stored};
use crate::permissions::ApiTokenCreate;
use crate::{organisation, person, token};

/// Makes a token of the person behind `at`.
///
/// # Errors
/// `Invalid` with every wrong field.
pub async fn create(cx: &Cx, at: &Scope<ApiTokenCreate>, new: &NewApiToken) -> Result<CreatedApiToken> {
    let owner = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    let name = person::normal_name("name", &new.name)?;
    Checks::new().that(new.expires_at.is_none_or(|end| end > cx.now()), "expires_at", "Choose a time in the future.").done()?;
    let organisation_id = organisation_of(cx.db(), owner, new.organisation_id).await?;
    let secret = format!("{PREFIX}{}", token::fresh(cx)?);
    let created = CreatedApiToken {
        id: cx.new_id::<ApiTokenId>(),
        name,
        prefix: secret.chars().take(SHOWN).collect(),
        organisation_id,
        read_only: new.read_only,
        created_at: cx.now(),
        expires_at: new.expires_at,
        secret,
    };
    cx.write(async |tx| {
        let row = Stored {
            id: created.id,
            person_id: owner,
            organisation_id,
            name: Sealed::seal(&tx, KeyOwner::Person(owner), &created.name).await?,
            prefix: created.prefix.clone(),
            read_only: created.read_only,
            created_at: created.created_at,
            last_used_at: None,
            expires_at: created.expires_at,
        };
        store::insert(tx.db(), row, token::digest(&created.secret)).await?;
        audit::record(&tx, at, created.id, "Made an API token").await
    })
    .await?;
    Ok(created)
}

/// The organisation that was named, if the person belongs to it, or their only one.
async fn organisation_of(db: &impl ConnectionTrait, person: PersonId, named: Option<OrganisationId>) -> Result<OrganisationId> {
    let mut mine: Vec<OrganisationId> = organisation::places_of(db, person).await?.iter().map(|place| place.organisation).collect();
    mine.dedup();
    match (named, mine.as_slice()) {
        (Some(named), _) if mine.contains(&named) => Ok(named),
        (None, [only]) => Ok(*only),
        (Some(_), _) => Err(Error::invalid("organisation_id", "You do not belong to this organisation.")),
        (None, _) => Err(Error::invalid("organisation_id", "Name the organisation that the token is for.")),
    }
}
