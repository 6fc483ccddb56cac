//! The first set-up: a one-time token, the operator's particulars, and the owner. Until it is done
//! nothing public is served.

use std::time::Duration;

use kernel::{Actor, Checks, Cx, Error, Place, Result, Scope, setting};
use sea_orm::ConnectionTrait;

use super::model::{Operator, SetUp};
use super::store;
use crate::events::{OPERATOR_SET_UP, PersonFact};
use crate::permissions::SetupComplete;
use crate::person::{self, Account};
use crate::token;

/// The setting that holds the particulars.
const SETTING: &str = "operator";
/// How long the link of the first start works.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// Extension: whether this installation is a demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Demo(pub bool);

/// Who runs this installation, once somebody has said so.
///
/// # Errors
/// Database errors.
pub async fn particulars(db: &impl ConnectionTrait) -> Result<Option<Operator>> {
    setting::read(db, SETTING).await
}

/// Whether the set-up has to be done.
///
/// # Errors
/// Database errors.
pub async fn is_needed(db: &impl ConnectionTrait) -> Result<bool> {
    Ok(particulars(db).await?.is_none())
}

/// A fresh one-time token for the set-up link; an earlier one stops working.
///
/// # Errors
/// `Conflict` when the set-up is done.
pub async fn issue_setup_token(cx: &Cx) -> Result<String> {
    let secret = token::fresh(cx)?;
    cx.write(async |tx| {
        if !is_needed(tx.db()).await? {
            return Err(Error::conflict("The set-up is done already."));
        }
        let now = tx.cx().now();
        store::replace(tx.db(), token::digest(&secret), now, now.plus(LIFETIME)).await
    })
    .await?;
    Ok(secret)
}

/// Stores the operator's particulars and makes the owner, who is verified: whoever reads the
/// start's output runs the machine.
///
/// # Errors
/// `Invalid` with every wrong field; `Conflict` when the set-up is done.
pub async fn set_up(cx: &Cx, new: &SetUp) -> Result<()> {
    let mut checks = Checks::new();
    let operator = new.operator.checked();
    let email = person::normal_email("owner.email", &new.owner.email);
    let name = person::normal_name("owner.name", &new.owner.name);
    for error in [operator.as_ref().err(), email.as_ref().err(), name.as_ref().err()].into_iter().flatten() {
        checks.also(Err(Error::invalid_fields(error.fields().to_vec())));
    }
    checks.also(person::check_password("owner.password", &new.owner.password, &[&new.owner.email, &new.owner.name])).done()?;
    let (operator, email, name) = (operator?, email?, name?);
    let password = person::hash_password(cx, &new.owner.password).await?;
    let account =
        Account { person: cx.new_id(), organisation: cx.new_id(), project: cx.new_id(), email: &email, name: &name, password: &password, owns_platform: true };
    cx.write(async |tx| {
        if !is_needed(tx.db()).await? {
            return Err(Error::conflict("The set-up is done already."));
        }
        if !store::take(tx.db(), &token::digest(&new.token), tx.cx().now()).await? {
            return Err(Error::invalid("token", "This link was used already or is too old. Start Fairhold again to get a new one."));
        }
        setting::write(&tx, SETTING, &operator).await?;
        person::create(&tx, &account).await?;
        let at = Scope::<SetupComplete>::open(Actor::Person { person: account.person }, Place::Platform);
        audit::record(&tx, &at, account.person, "Set the installation up").await?;
        tx.announce(OPERATOR_SET_UP, Place::Platform, account.person, &PersonFact { person_id: account.person }).await
    })
    .await
}
