//! Other prices for a resource that is billed already. A month that has begun keeps its price; what a dearer one costs for the rest of it
//! is paid apart, and a cheaper one counts from the next month.

use kernel::permission::AtOrganisation;
use kernel::{Cx, Money, Result, Scope, Timestamp, Tx};
use sea_orm::ConnectionTrait;

use super::model::{Cycle, Meter, NewMeter, Rates};
use super::{close, open, store};
use crate::account;
use crate::rate::Period;

/// The month that a resource is in, and the most that is paid for it.
#[derive(Debug, Clone)]
pub struct CoveredMonth {
    /// The month.
    pub period: Period,
    /// The billing time at which it was looked at; within the month.
    pub now: Timestamp,
    /// The dearest price of a whole month at which it was billed: who goes down and up again within it pays nothing twice.
    pub price: Money,
    /// What stands on documents for that price.
    pub description: String,
}

/// At which prices `resource` is billed now; `None` when it is not.
///
/// # Errors
/// Database errors.
pub async fn rates_now<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, resource: &str) -> Result<Option<Rates>> {
    Ok(store::open_of(db, at.organisation_id()?, resource).await?.map(|meter| meter.rates))
}

/// At which prices `resource` was billed before it was repriced last; `None` when it never was.
///
/// # Errors
/// Database errors.
pub async fn rates_before<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, resource: &str) -> Result<Option<Rates>> {
    let closed = store::of_resource(db, at.organisation_id()?, resource).await?.into_iter().filter(|meter| meter.closed_at.is_some());
    Ok(closed.max_by_key(|meter| (meter.closed_at, meter.id)).map(|meter| meter.rates))
}

/// The month that `resource` is in; `None` when it is billed by the hour or not at all.
///
/// # Errors
/// Database errors.
pub async fn covered_month<P: AtOrganisation>(cx: &Cx, at: &Scope<P>, resource: &str) -> Result<Option<CoveredMonth>> {
    let organisation = at.organisation_id()?;
    let now = account::ensured(cx, organisation).await?.now(cx);
    let meters = store::of_resource(cx.db(), organisation, resource).await?;
    let Some(open) = meters.iter().find(|meter| meter.closed_at.is_none()) else { return Ok(None) };
    let Some((_, period)) = open.month_at(now)? else { return Ok(None) };
    let monthly = meters.iter().filter(|meter| meter.rates.cycle == Cycle::Monthly && meter.closed_at.is_none_or(|end| end > period.from));
    let dearest = monthly.max_by_key(|meter| meter.rates.monthly_minor).unwrap_or(open);
    let price = Money::new(dearest.rates.monthly_minor, dearest.rates.currency);
    Ok(Some(CoveredMonth { period, now, price, description: dearest.description.clone() }))
}

/// Bills the resource at other prices from the real instant `new.from` on; a monthly one from its next month on, whose boundaries stay.
/// Nothing happens when it has these prices already, so it may run twice, nor when no meter is open.
///
/// # Errors
/// As [`open`](super::open).
pub async fn reprice<P: AtOrganisation>(tx: &Tx, at: &Scope<P>, new: NewMeter) -> Result<()> {
    let organisation = at.organisation_id()?;
    let Some(meter) = store::open_of(tx.db(), organisation, &new.resource).await? else { return Ok(()) };
    if (&meter.rates, &meter.description) == (&new.rates, &new.description) {
        return Ok(());
    }
    let account = account::store::held(tx, organisation).await?;
    let now = account.billing_time(new.from).max(meter.opened_at);
    let Some((index, month)) = meter.month_at(now)? else {
        close(tx, at, &new.resource, new.from).await?;
        return open(tx, at, NewMeter { prepaid_periods: 0, ..new }).await.map(drop);
    };
    // The month that has begun stays the old meter's, also when it begins at this very instant.
    store::set_closed(tx, meter.id, now.max(Timestamp(month.from.0 + 1))).await?;
    let next = Meter {
        id: tx.cx().new_id(),
        description: new.description,
        rates: new.rates,
        prepaid_periods: meter.prepaid_periods.max(index + 1),
        closed_at: None,
        lost_at: None,
        ..meter
    };
    store::insert(tx, &next).await
}
