//! Asking for another verification mail. The answer never tells whether an account exists.

use kernel::{Cx, Place, Result, Scope};

use crate::events::{EMAIL_VERIFICATION_ASKED, PersonFact};
use crate::permissions::EmailVerificationAsk;
use crate::person;
use crate::throttle::{self, Counter};

/// Announces that a mail is wanted, if `email` has an account that is not verified yet.
///
/// # Errors
/// `Invalid` at `email`.
pub async fn ask(cx: &Cx, email: &str) -> Result<()> {
    let email = person::normal_email("email", email)?;
    let counter = Counter::mail(cx, &email)?;
    cx.write(async |tx| {
        if !throttle::within(&tx, &counter).await? {
            return Ok(());
        }
        let Some(known) = person::by_email(tx.cx(), tx.db(), &email).await?.filter(|person| !person.verified) else { return Ok(()) };
        audit::record(&tx, &Scope::<EmailVerificationAsk>::by_visitor_on(known.id), known.id, "Asked for another verification mail").await?;
        tx.announce(EMAIL_VERIFICATION_ASKED, Place::Person { person: known.id }, known.id, &PersonFact { person_id: known.id }).await
    })
    .await
}
