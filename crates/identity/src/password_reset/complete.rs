//! Using a reset link: the password changes, every session ends, and the address counts as
//! verified, because the link came by mail.

use kernel::{Cx, Error, Place, Result, Scope};
use serde::Deserialize;
use utoipa::ToSchema;

use super::store;
use crate::events::{PASSWORD_CHANGED, PERSON_VERIFIED, PersonFact};
use crate::permissions::PasswordResetComplete;
use crate::{person, session, token};

/// What a reset link holds, and the password to use from now on.
#[derive(Deserialize, ToSchema)]
pub struct PasswordResetCompletion {
    /// The part of the link after `#`.
    pub token: String,
    /// At least ten characters and hard to guess.
    pub password: String,
}

/// Sets the password of the person whose link it is. The link works once.
///
/// # Errors
/// `Invalid` at `password`, and then the link still works; `Invalid` at `token` when the link is
/// unknown, used or too old.
pub async fn complete(cx: &Cx, completion: &PasswordResetCompletion) -> Result<()> {
    person::check_password("password", &completion.password, &[])?;
    let hash = person::hash_password(cx, &completion.password).await?;
    cx.write(async |tx| {
        let now = tx.cx().now();
        let found = store::take(tx.db(), &token::digest(&completion.token), now).await?;
        let id = found.ok_or_else(|| Error::invalid("token", "This link was used already or is too old. Ask for a new one."))?;
        let (place, fact) = (Place::Person { person: id }, PersonFact { person_id: id });
        person::set_password(tx.db(), id, &hash).await?;
        session::end_all(&tx, id).await?;
        store::remove_all(tx.db(), id).await?;
        if person::set_verified(tx.db(), id, now).await? {
            tx.announce(PERSON_VERIFIED, place, id, &fact).await?;
        }
        let at = Scope::<PasswordResetComplete>::by_oneself(id);
        audit::record(&tx, &at, id, "Set a new password by mail; their sessions ended").await?;
        tx.announce(PASSWORD_CHANGED, place, id, &fact).await
    })
    .await
}
