//! Using the link of a change: the new address is in force, and links that went to the old one stop working.

use kernel::map::purpose;
use kernel::{Cx, Error, Gate, KeyOwner, Place, Result, Scope, Sealed};

use super::store;
use crate::events::{EMAIL_CHANGED, PersonFact};
use crate::permissions::EmailChangeComplete;
use crate::{email_verification, password_reset, person, token};

/// Gives the person whose link holds `secret` the address that it was mailed to. The link works once.
///
/// # Errors
/// `Invalid` at `token` when the link is unknown, used or too old, or when the address got an account meanwhile.
pub async fn complete(cx: &Cx, secret: &str) -> Result<()> {
    let over = || Error::invalid("token", "This link was used already or is too old. Ask for the change again in your profile.");
    cx.write(async |tx| {
        let cx = tx.cx();
        let row = store::by_token(tx.db(), &token::digest(secret), cx.now()).await?.ok_or_else(over)?;
        let id = row.person;
        if !store::remove(tx.db(), id).await? {
            return Err(over());
        }
        let at = Scope::<EmailChangeComplete>::by_oneself(id);
        let gate = Gate::new(cx, &at, &purpose::RIGHTS, [row.email.bytes()]).await?;
        let email = row.email.open(&gate)?;
        if person::by_email(cx, tx.db(), &email).await?.is_some() {
            return Err(Error::invalid("token", "This address has an account of its own meanwhile, so it was not changed."));
        }
        let sealed = Sealed::seal(&tx, KeyOwner::Person(id), &email).await?;
        person::set_email(&tx, id, &email, sealed).await?;
        email_verification::store::remove_all(tx.db(), id).await?;
        password_reset::store::remove_all(tx.db(), id).await?;
        audit::record(&tx, &at, id, "Changed their e-mail address").await?;
        tx.announce(EMAIL_CHANGED, Place::Person { person: id }, id, &PersonFact { person_id: id }).await
    })
    .await
}
