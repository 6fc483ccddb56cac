//! Making the secret of a change's link, for whoever writes the mail.

use kernel::map::purpose;
use kernel::{ByWorkflow, Gate, PersonId, Place, Result, Scope, Tx};

use super::store;
use crate::{person, token};

/// What is to be mailed.
pub enum Letter {
    /// The link, to the new address.
    Link {
        /// The secret of the link.
        secret: String,
        /// Where it goes.
        email: String,
    },
    /// The address belongs to another account, whose owner is told instead; who asked does not learn of it.
    Taken {
        /// Whose it is.
        owner: PersonId,
    },
}

/// A fresh secret for the change that `person` asked for; an earlier secret stops working.
/// Nothing when it was taken back meanwhile.
///
/// # Errors
/// Database errors.
pub async fn issue(tx: &Tx, person: PersonId) -> Result<Option<Letter>> {
    let cx = tx.cx();
    let Some(row) = store::of(tx.db(), person, cx.now()).await? else { return Ok(None) };
    let at = Scope::<ByWorkflow>::acting("identity.email_change.issue", Place::Person { person });
    let gate = Gate::new(cx, &at, &purpose::RIGHTS, [row.email.bytes()]).await?;
    let email = row.email.open(&gate)?;
    if let Some(known) = person::by_email(cx, tx.db(), &email).await? {
        return Ok(Some(Letter::Taken { owner: known.id }));
    }
    let secret = token::fresh(cx)?;
    store::set_token(tx.db(), person, token::digest(&secret)).await?;
    Ok(Some(Letter::Link { secret, email }))
}
