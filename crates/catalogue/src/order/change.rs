//! The one place where an order's state changes: checked and announced.

use kernel::event::EventKind;
use kernel::{Error, Place, Result, Tx};

use super::model::State;
use super::store::{self, Row};
use crate::events::{ORDER_AWAITS_CONFIRMATION, ORDER_CANCELLED, ORDER_FAILED, ORDER_FULFILLED, ORDER_PAYMENT_FAILED, OrderFact};

/// Brings the order from the state in `row` to `to`; `problem` is what people read.
///
/// # Errors
/// `Conflict` when the state forbids it or has changed meanwhile.
pub(super) async fn change(tx: &Tx, row: &Row, to: State, problem: Option<&str>) -> Result<()> {
    if row.state == to {
        return Ok(());
    }
    if !row.state.may_become(to) {
        return Err(Error::conflict(format!("This order {}.", row.state.in_words())));
    }
    if !store::set_state(tx, row.id, row.state, to, problem).await? {
        return Err(Error::conflict("This order's state has just changed. Look at it again."));
    }
    if let Some(kind) = kind_of(to) {
        tx.announce(kind, place(row), row.id, &fact(row, to)).await?;
    }
    Ok(())
}

/// The event's payload.
pub(super) fn fact(row: &Row, state: State) -> OrderFact {
    OrderFact { order_id: row.id, instance_id: row.instance_id, person_id: row.person_id, state }
}

/// Where the order was placed.
pub(super) fn place(row: &Row) -> Place {
    Place::Project { organisation: row.organisation_id, project: row.project_id }
}

fn kind_of(state: State) -> Option<EventKind<OrderFact>> {
    match state {
        State::AwaitingConfirmation => Some(ORDER_AWAITS_CONFIRMATION),
        State::Active => Some(ORDER_FULFILLED),
        State::PaymentFailed => Some(ORDER_PAYMENT_FAILED),
        State::Failed => Some(ORDER_FAILED),
        State::Cancelled => Some(ORDER_CANCELLED),
        State::Paying | State::Provisioning => None,
    }
}
