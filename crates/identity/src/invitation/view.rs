//! What an invitation says to whoever holds its link.

use kernel::map::purpose;
use kernel::{Actor, Cx, Error, Gate, Place, Result, Scope};

use super::model::InvitationView as View;
use super::store;
use crate::permissions::InvitationView;
use crate::{organisation, person, token};

/// The invitation whose link holds `secret`.
///
/// # Errors
/// `Invalid` at `token` when the link is unknown, used or too old.
pub async fn view(cx: &Cx, secret: &str) -> Result<View> {
    let row = store::by_token(cx.db(), &token::digest(secret), cx.now()).await?.ok_or_else(over)?;
    // Whoever holds the link was written to by the organisation, so it may say who it is.
    let at = Scope::<InvitationView>::open(Actor::Visitor, Place::Organisation { organisation: row.organisation });
    let said = organisation::name_by_id(cx.db(), row.organisation).await?.ok_or_else(over)?;
    let gate = Gate::new(cx, &at, &purpose::ACCOUNT, [row.email.bytes(), said.bytes()]).await?;
    let names = person::names(cx, &at, &purpose::ACCOUNT, &[row.invited_by]).await?;
    Ok(View {
        organisation: said.open(&gate)?,
        invited_by: names.get(&row.invited_by).cloned(),
        role: row.role,
        email: row.email.open(&gate)?,
        expires_at: row.expires_at,
    })
}

pub(super) fn over() -> Error {
    Error::invalid("token", "This invitation was used, taken back or is too old. Ask for a new one.")
}
