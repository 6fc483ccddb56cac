//! Tries an order again that was not paid or whose machine could not be set up, at the same prices.

use billing::payment::PaymentMethod;
use billing::quote::Price;
use compute::instance::State as InstanceState;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Result, Scope};

use super::create::{begin, verified};
use super::fulfil::FulfilInput;
use super::model::{Order, OrderId, State};
use super::store::{self, Column};
use super::{change, list};
use crate::size::description;

/// Tries it again.
///
/// # Errors
/// `NotFound`; `Conflict` when the order did not fail, or its machine or host name is gone; `Exhausted`.
pub async fn retry<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: OrderId, method: PaymentMethod) -> Result<Order> {
    verified(cx, at).await?;
    let row = store::by_id(cx.db(), at, id).await?;
    let price = Price { description: description(&row.size_name), rates: row.rates()? };
    let tax = billing::tax_for(cx, at.organisation_id()?).await?;
    let quote = billing::quote::quote(&price, &tax)?;
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if !matches!(row.state, State::PaymentFailed | State::Failed) {
            return Err(Error::conflict(format!("This order {}, so it cannot be tried again.", row.state.in_words())));
        }
        compute::instance::revive(&tx, at, row.instance_id).await?;
        if compute::instance::state(tx.db(), at, row.instance_id).await? != InstanceState::Ordered {
            return Err(Error::conflict("The machine of this order is gone. Place a new order."));
        }
        let attempt = row.attempt + 1;
        let number = u32::try_from(attempt).unwrap_or(u32::MAX);
        let payment = billing::payment::begin_order(&tx, at, &id.to_string(), number, &quote, method).await?;
        change::change(&tx, &row, State::Paying, None).await?;
        let columns = [(Column::Attempt, attempt.into()), (Column::PaymentId, Some(payment.id).into()), (Column::ChargedMinor, quote.due_now.minor.into())];
        store::set(&tx, id, &columns).await?;
        begin(&tx, at, id, FulfilInput { order_id: id, instance_id: row.instance_id, payment_id: payment.id, attempt }).await?;
        audit::record(&tx, at, id, "Tried an order again").await
    })
    .await?;
    list::view(cx, at, id).await
}
