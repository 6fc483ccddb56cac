//! What a machine costs from the instant on at which it got another size, or went back to its old one.

use billing::meter::{self, Cycle, NewMeter, Rates};
use compute::events::Resized;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Result, Scope, Tx};

use super::store;
use crate::size::{self, Size, description};

/// Reprices the machine's meter, if it has one: as the change that is on its way says, else at what the size costs today.
///
/// # Errors
/// Database errors.
pub(crate) async fn reprice<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, fact: &Resized) -> Result<()> {
    let resource = fact.instance_id.to_string();
    let Some(present) = meter::rates_now(tx.db(), at, &resource).await? else { return Ok(()) };
    let size = size::by_id(tx.db(), fact.size_id).await?;
    let rates = agreed(tx, at, fact).await?.unwrap_or_else(|| today(&size, present.cycle));
    meter::reprice(tx, at, NewMeter { resource, description: description(&size.name), rates, prepaid_periods: 0, from: fact.at }).await
}

fn today(size: &Size, cycle: Cycle) -> Rates {
    size.price(cycle).rates
}

/// The prices that were shown, also of the way back.
async fn agreed<P: AtProject>(tx: &Tx, at: &Scope<P>, fact: &Resized) -> Result<Option<Rates>> {
    let Some(change) = store::newest(tx.db(), at, fact.instance_id).await? else { return Ok(None) };
    match (change.from_size_id, change.size_id) {
        (from, to) if (fact.from_size_id, fact.size_id) == (from, to) => change.rates_after(),
        (from, to) if (fact.from_size_id, fact.size_id) == (to, from) => change.rates_before(),
        _ => Ok(None),
    }
}
