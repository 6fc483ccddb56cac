//! Confirming a change of one's account with the present password, so that an unlocked screen is not enough for it.

use kernel::{Cx, Error, PersonId, Result};

use super::store;
use crate::throttle::{self, Counter};

/// Checks that `password`, typed into `field`, is the present one of `id`. The try is counted; the caller clears the counter in
/// the transaction that it was needed for.
///
/// # Errors
/// `Invalid` at `field`; `Exhausted` after too many wrong ones.
pub(crate) async fn confirm(cx: &Cx, id: PersonId, field: &str, password: &str) -> Result<Counter> {
    let person = store::by_id(cx.db(), id).await?.ok_or_else(|| Error::not_found("account"))?;
    let counter = Counter::password(cx, id)?;
    throttle::count(cx, std::slice::from_ref(&counter)).await?;
    if !super::verify_password(password, Some(&person.password)).await? {
        return Err(Error::invalid(field, "This is not your present password."));
    }
    Ok(counter)
}
