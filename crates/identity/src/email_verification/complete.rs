//! Using a verification link.

use kernel::{Cx, Error, Place, Result, Scope};

use super::store;
use crate::events::{PERSON_VERIFIED, PersonFact};
use crate::permissions::EmailVerificationComplete;
use crate::{person, token};

/// Notes that the person whose link holds `secret` reads mail at their address. The link works once.
///
/// # Errors
/// `Invalid` at `token` when the link is unknown, used or too old.
pub async fn complete(cx: &Cx, secret: &str) -> Result<()> {
    cx.write(async |tx| {
        let now = tx.cx().now();
        let found = store::take(tx.db(), &token::digest(secret), now).await?;
        let id = found.ok_or_else(|| Error::invalid("token", "This link was used already or is too old. Sign in and ask for a new one."))?;
        if person::set_verified(tx.db(), id, now).await? {
            let place = Place::Person { person: id };
            audit::record(&tx, &Scope::<EmailVerificationComplete>::by_oneself(id), id, "Verified their e-mail address").await?;
            tx.announce(PERSON_VERIFIED, place, id, &PersonFact { person_id: id }).await?;
        }
        Ok(())
    })
    .await
}
