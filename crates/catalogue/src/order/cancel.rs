//! Cancels an order that is not paid. Should its payment arrive nevertheless, the fulfilment sends it back.

use compute::instance::State as InstanceState;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Result, Scope};

use super::model::{Order, OrderId, State};
use super::{change, list, store};

/// Cancels it.
///
/// # Errors
/// `NotFound`; `Conflict` when it is paid.
pub async fn cancel<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: OrderId) -> Result<Order> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        let over = matches!(row.state, State::PaymentFailed | State::Failed);
        change::change(&tx, &row, State::Cancelled, None).await?;
        // While the fulfilment still runs, it releases the machine once the payment has come to an end.
        if over {
            compute::instance::release(&tx, at, row.instance_id, InstanceState::Deleted, "Its order was cancelled.").await?;
        }
        audit::record(&tx, at, id, "Cancelled an order").await
    })
    .await?;
    list::view(cx, at, id).await
}
