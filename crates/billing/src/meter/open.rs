//! Begins to bill a resource.

use kernel::permission::AtOrganisation;
use kernel::{Error, Result, Scope, Tx};

use super::model::{Meter, NewMeter};
use super::store;
use crate::account;

/// Opens a meter; the one that is open already when there is one, so it may run twice.
///
/// # Errors
/// `Internal` when the prices are not in the account's currency; database errors.
pub async fn open<P: AtOrganisation>(tx: &Tx, at: &Scope<P>, new: NewMeter) -> Result<Meter> {
    let organisation = at.organisation_id()?;
    let account = account::of(tx, organisation).await?;
    if new.rates.currency != account.currency {
        return Err(Error::internal(format!("prices in {} on an account in {}", new.rates.currency, account.currency)));
    }
    let meter = Meter {
        id: tx.cx().new_id(),
        organisation_id: organisation,
        resource: new.resource,
        description: new.description,
        rates: new.rates,
        prepaid_periods: new.prepaid_periods,
        opened_at: account.billing_time(new.from),
        closed_at: None,
        lost_at: None,
    };
    store::insert(tx, &meter).await?;
    store::open_of(tx.db(), organisation, &meter.resource).await?.ok_or_else(|| Error::internal("another organisation's meter is open on this resource"))
}
