//! What a machine costs from the instant on at which it got another size, or went back to its old one.

use billing::meter::{self, NewMeter, Rates};
use compute::events::Resized;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Result, Scope, Tx};

use super::store;
use crate::size::{self, description};

/// Reprices the machine's meter, if it has one: as the change says that the size came with, else at what the size costs today. A size that
/// is taken back leaves the price as it was.
///
/// # Errors
/// Database errors.
pub(crate) async fn reprice<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, fact: &Resized) -> Result<()> {
    let resource = fact.instance_id.to_string();
    let Some(present) = meter::rates_now(tx.db(), at, &resource).await? else { return Ok(()) };
    let size = size::by_id(tx.db(), fact.size_id).await?;
    let told = match (agreed(tx, at, fact).await?, fact.taken_back) {
        (None, true) => meter::rates_before(tx.db(), at, &resource).await?,
        (agreed, _) => agreed,
    };
    let rates = told.unwrap_or_else(|| size.price(present.cycle).rates);
    meter::reprice(tx, at, NewMeter { resource, description: description(&size.name), rates, prepaid_periods: 0, from: fact.at }).await
}

/// The prices that were shown with the very change that this is about. One that failed, or that was made long ago, agrees on nothing any more.
async fn agreed<P: AtProject>(tx: &Tx, at: &Scope<P>, fact: &Resized) -> Result<Option<Rates>> {
    let Some(operation) = fact.operation_id else { return Ok(None) };
    match store::by_resize(tx.db(), at, operation).await? {
        Some(change) if fact.taken_back => change.rates_before(),
        Some(change) => change.rates_after(),
        None => Ok(None),
    }
}
