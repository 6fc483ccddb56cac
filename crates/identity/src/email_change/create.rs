//! Asking for another address. The answer never tells whether that address has an account.

use kernel::{Cx, Error, KeyOwner, Place, Result, Scope, Sealed};

use super::model::{LIFETIME, NewEmailChange};
use super::store;
use crate::events::{EMAIL_CHANGE_ASKED, PersonFact};
use crate::permissions::EmailChangeCreate;
use crate::person;
use crate::throttle::{self, Counter};

/// Keeps the address that the person behind `at` wants; it is in force once the link that is mailed there was used.
/// An earlier change that still waits is forgotten.
///
/// # Errors
/// `Invalid` at `email` or `password`; `Exhausted` after too many wrong passwords or mails.
pub async fn create(cx: &Cx, at: &Scope<EmailChangeCreate>, new: &NewEmailChange) -> Result<()> {
    let email = person::normal_email("email", &new.email)?;
    let id = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    let guesses = person::confirm(cx, id, "password", &new.password).await?;
    let mails = Counter::mail(cx, &email)?;
    cx.write(async |tx| {
        throttle::clear(&tx, &guesses).await?;
        if person::by_email(tx.cx(), tx.db(), &email).await?.is_some_and(|known| known.id == id) {
            return Err(Error::invalid("email", "This is your address already."));
        }
        if !throttle::within(&tx, &mails).await? {
            return Err(Error::exhausted("Too many mails were sent to this address. Please wait some minutes and try again."));
        }
        let sealed = Sealed::seal(&tx, KeyOwner::Person(id), &email).await?;
        let now = tx.cx().now();
        store::replace(tx.db(), id, sealed, now, now.plus(LIFETIME)).await?;
        audit::record(&tx, at, id, "Asked for another e-mail address").await?;
        tx.announce(EMAIL_CHANGE_ASKED, Place::Person { person: id }, id, &PersonFact { person_id: id }).await
    })
    .await
}
