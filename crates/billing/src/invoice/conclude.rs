//! The last invoice of a customer: what was used until now, ahead of the period's end.

use kernel::permission::AtOrganisation;
use kernel::{Cx, Money, Result, Scope};

use super::close;
use super::draft::{Draft, of_period};
use super::finalise::{Finalise, finalise};
use super::model::Kind;
use super::store::LinePlace;
use crate::account::{self, Account};
use crate::party::Sides;
use crate::rate::Period;

/// What is owed for the open period until now, if anything is: computed by the functions that make the invoice.
///
/// # Errors
/// Database errors; those of the directory.
pub async fn unbilled<P: AtOrganisation>(cx: &Cx, at: &Scope<P>) -> Result<Option<Money>> {
    let account = account::ensured(cx, at.organisation_id()?).await?;
    let sides = Sides::of(cx, account.organisation_id).await?;
    let (draft, _) = until_now(cx, cx.db(), &account, &sides).await?;
    Ok((!draft.lines.is_empty()).then_some(draft.gross))
}

/// Invoices it and ends the period now; what is metered later in this period is not billed. Gives
/// the number and total of the document that was made. A second call finds nothing left.
///
/// # Errors
/// As [`unbilled`].
pub async fn conclude<P: AtOrganisation>(cx: &Cx, at: &Scope<P>) -> Result<Option<(String, Money)>> {
    let organisation = at.organisation_id()?;
    close::all_ended(cx, organisation).await?;
    let account = account::ensured(cx, organisation).await?;
    let sides = Sides::of(cx, organisation).await?;
    cx.write(async |tx| {
        let (draft, places) = until_now(cx, tx.db(), &account, &sides).await?;
        let period = draft.period;
        // The account's period first, as at a regular close: another process may be ending it.
        if draft.lines.is_empty() || !account::store::set_period(&tx, organisation, period.from, period.to).await? {
            return Ok(None);
        }
        let cause = format!("period/{organisation}/{}", period.from);
        let issued = finalise(&tx, Finalise { account: &account, sides: &sides, cause, kind: Kind::Invoice, draft, places, refers_to: None }).await?;
        Ok(Some((issued.number, issued.gross)))
    })
    .await
}

async fn until_now(cx: &Cx, db: &impl sea_orm::ConnectionTrait, account: &Account, sides: &Sides) -> Result<(Draft, Vec<LinePlace>)> {
    let open = account.period()?;
    of_period(db, account, sides, Period { from: open.from, to: account.now(cx).min(open.to) }).await
}
