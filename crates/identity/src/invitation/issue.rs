//! Making the secret of an invitation, for whoever writes the mail.

use kernel::map::purpose;
use kernel::{ByWorkflow, Gate, PersonId, Place, Result, Scope, Tx};

use super::model::InvitationId;
use super::store;
use crate::{organisation, token};

/// What the mail of an invitation says.
pub struct Letter {
    /// The secret of its link.
    pub secret: String,
    /// Where it goes.
    pub email: String,
    /// Who invites.
    pub invited_by: PersonId,
    /// The inviting person's name; empty when they are gone.
    pub inviter: String,
    /// Where to.
    pub organisation: String,
}

/// A fresh secret for an invitation and what its mail says; an earlier secret stops working.
/// Nothing when it was taken back meanwhile.
///
/// # Errors
/// Database errors.
pub async fn issue(tx: &Tx, id: InvitationId) -> Result<Option<Letter>> {
    let cx = tx.cx();
    let Some(row) = store::by_id(tx.db(), id).await? else { return Ok(None) };
    let at = Scope::<ByWorkflow>::acting("identity.invitation.issue", Place::Organisation { organisation: row.organisation });
    let Some(said) = organisation::name_by_id(tx.db(), row.organisation).await? else { return Ok(None) };
    let gate = Gate::new(cx, &at, &purpose::ACCOUNT, [row.email.bytes(), said.bytes()]).await?;
    let names = crate::person::names(cx, &at, &purpose::ACCOUNT, &[row.invited_by]).await?;
    let secret = token::fresh(cx)?;
    store::set_token(tx.db(), id, token::digest(&secret)).await?;
    Ok(Some(Letter {
        secret,
        email: row.email.open(&gate)?,
        invited_by: row.invited_by,
        inviter: names.get(&row.invited_by).cloned().unwrap_or_default(),
        organisation: said.open(&gate)?,
    }))
}
