//! Asking for a reset mail. The answer never tells whether an account exists.

use kernel::{Cx, Place, Result, Scope};

use crate::events::{PASSWORD_RESET_ASKED, PersonFact};
use crate::permissions::PasswordResetAsk;
use crate::person;
use crate::throttle::{self, Counter};

/// Announces that a mail is wanted, if `email` has an account.
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
        let Some(known) = person::by_email(tx.cx(), tx.db(), &email).await? else { return Ok(()) };
        audit::record(&tx, &Scope::<PasswordResetAsk>::by_visitor_on(known.id), known.id, "Asked for a mail to choose a new password").await?;
        tx.announce(PASSWORD_RESET_ASKED, Place::Person { person: known.id }, known.id, &PersonFact { person_id: known.id }).await
    })
    .await
}
