//! Ends periods: what was used becomes an invoice, once per account and period.

use kernel::{Cx, OrganisationId, Result};

use super::draft::of_period;
use super::finalise::{Finalise, finalise};
use super::model::Kind;
use crate::account::{self, Account};
use crate::party::Sides;

/// Invoices every period of the account that has ended by its clock; tells how many ended.
pub(crate) async fn all_ended(cx: &Cx, organisation: OrganisationId) -> Result<usize> {
    let mut ended = 0;
    loop {
        let account = account::ensured(cx, organisation).await?;
        if account.now(cx) < account.period()?.to {
            return Ok(ended);
        }
        if !one(cx, &account).await? {
            return Ok(ended);
        }
        ended += 1;
    }
}

/// Ends the account's open period; false when another process did.
async fn one(cx: &Cx, account: &Account) -> Result<bool> {
    let sides = Sides::of(cx, account.organisation_id).await?;
    let period = account.period()?;
    cx.write(async |tx| {
        // The account first: readings hold it while they add up, so the sums below are complete.
        if !account::store::set_period(&tx, account.organisation_id, period.from, period.to).await? {
            return Ok(false);
        }
        let (draft, places) = of_period(tx.db(), account, &sides, period).await?;
        // A month without anything to bill gets no document.
        if !draft.lines.is_empty() {
            let cause = format!("period/{}/{}", account.organisation_id, period.from);
            finalise(&tx, Finalise { account, sides: &sides, cause, kind: Kind::Invoice, draft, places, refers_to: None }).await?;
        }
        Ok(true)
    })
    .await
}
