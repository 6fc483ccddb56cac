//! Changing one's own password: the present one is asked for, and every other session ends.

use kernel::{Cx, Error, Place, Result, Scope};
use serde::Deserialize;
use utoipa::ToSchema;

use super::store;
use crate::events::{PASSWORD_CHANGED, PersonFact};
use crate::permissions::PasswordUpdate;
use crate::{session, throttle};

/// A change of password.
#[derive(Deserialize, ToSchema)]
pub struct PasswordChange {
    /// The present password.
    pub current: String,
    /// The one to use from now on.
    pub new: String,
}

/// Changes the password of the person behind `at`; `session` is the secret of the session that stays.
///
/// # Errors
/// `Invalid` at `current` or `new`; `Exhausted` after too many wrong ones.
pub async fn change_password(cx: &Cx, at: &Scope<PasswordUpdate>, change: &PasswordChange, session: Option<&str>) -> Result<()> {
    let id = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    let counter = super::confirm(cx, id, "current", &change.current).await?;
    super::check_password("new", &change.new, &[])?;
    if change.new == change.current {
        return Err(Error::invalid("new", "Choose a password that differs from the present one."));
    }
    let hash = super::hash_password(cx, &change.new).await?;
    cx.write(async |tx| {
        throttle::clear(&tx, &counter).await?;
        store::set_password(tx.db(), id, &hash).await?;
        session::end_others(&tx, id, session).await?;
        audit::record(&tx, at, id, "Changed their password; their other sessions ended").await?;
        tx.announce(PASSWORD_CHANGED, Place::Person { person: id }, id, &PersonFact { person_id: id }).await
    })
    .await
}
