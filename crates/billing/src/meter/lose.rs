//! Ends the billing of a resource that was lost by nobody's wish, and begins it anew once it is back: nothing is charged for what is not there.

use kernel::permission::AtOrganisation;
use kernel::{Result, Scope, Timestamp, Tx};
use serde::{Deserialize, Serialize};

use super::model::{Cycle, MeterId, NewMeter};
use super::{open, store};
use crate::account;

/// What a month that was lost had been charged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// When it was lost, in billing time.
    pub at: Timestamp,
    /// When it was lost before, in billing time; what was charged until then has gone back already.
    pub before: Option<Timestamp>,
    /// Meter and begin of the month, where the month stands on an invoice of a period.
    pub invoiced: Option<(MeterId, Timestamp)>,
}

/// Closes the open monthly meter of `resource`, which is gone since the real instant `from`, and tells what the rest of its month may have been
/// charged by. A month that is on no invoice yet is billed for its part. `None` where nothing is billed by the month; what is billed by the hour
/// is billed for what its readings say.
///
/// # Errors
/// Database errors.
pub async fn lose<P: AtOrganisation>(tx: &Tx, at: &Scope<P>, resource: &str, from: Timestamp) -> Result<Option<Lost>> {
    let organisation = at.organisation_id()?;
    let Some(present) = store::open_of(tx.db(), organisation, resource).await?.filter(|meter| meter.rates.cycle == Cycle::Monthly) else {
        return Ok(None);
    };
    let account = account::store::held(tx, organisation).await?;
    let now = account.billing_time(from).max(present.opened_at);
    let Some((index, month)) = present.month_at(now)? else { return Ok(None) };
    let meters = store::of_resource(tx.db(), organisation, resource).await?;
    // A price that follows with the next month has a meter of its own already; this month is the one's before it.
    let bills = meters.iter().find(|meter| {
        let reaches = meter.id == present.id || meter.closed_at.is_some_and(|end| end > month.from);
        meter.opened_at == present.opened_at && meter.prepaid_periods <= index && reaches
    });
    store::set_closed(tx, present.id, now).await?;
    let marked: Vec<MeterId> = bills.map(|meter| meter.id).into_iter().chain([present.id]).collect();
    store::set_lost(tx, &marked, now).await?;
    let invoiced = bills.filter(|_| month.from < account.period_from).map(|meter| (meter.id, month.from));
    Ok(Some(Lost { at: now, before: meters.iter().filter_map(|meter| meter.lost_at).max(), invoiced }))
}

/// Bills a resource again, at the prices that it had, which was lost and is back since the real instant `from`: a month begins. Nothing happens
/// when its billing did not end by a loss.
///
/// # Errors
/// As [`open`](super::open).
pub async fn resume<P: AtOrganisation>(tx: &Tx, at: &Scope<P>, resource: &str, from: Timestamp) -> Result<()> {
    let newest = store::newest_of(tx.db(), at.organisation_id()?, resource).await?;
    let Some(lost) = newest.filter(|meter| meter.closed_at.is_some() && meter.closed_at == meter.lost_at) else { return Ok(()) };
    let again = NewMeter { resource: lost.resource, description: lost.description, rates: lost.rates, from, prepaid_periods: 0 };
    open(tx, at, again).await.map(drop)
}
