//! Facts that this domain announces: ids and states, never personal values.

use compute::InstanceId;
use kernel::PersonId;
use kernel::event::EventKind;
use serde::{Deserialize, Serialize};

use crate::order::{OrderId, State};

/// Something happened to an order; the event's place names its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFact {
    /// Which.
    pub order_id: OrderId,
    /// Its machine.
    pub instance_id: InstanceId,
    /// Who ordered.
    pub person_id: PersonId,
    /// Its state from now on.
    pub state: State,
}

/// An order was placed; nothing is paid yet.
pub const ORDER_PLACED: EventKind<OrderFact> = EventKind::new("catalogue.order.placed");
/// The payment waits for a word from the payer, or for the bank.
pub const ORDER_AWAITS_CONFIRMATION: EventKind<OrderFact> = EventKind::new("catalogue.order.awaits_confirmation");
/// The machine runs and its contract has begun.
pub const ORDER_FULFILLED: EventKind<OrderFact> = EventKind::new("catalogue.order.fulfilled");
/// The payment failed; nothing was charged.
pub const ORDER_PAYMENT_FAILED: EventKind<OrderFact> = EventKind::new("catalogue.order.payment_failed");
/// The machine could not be set up; what was charged went back.
pub const ORDER_FAILED: EventKind<OrderFact> = EventKind::new("catalogue.order.failed");
/// The order was cancelled before it was paid.
pub const ORDER_CANCELLED: EventKind<OrderFact> = EventKind::new("catalogue.order.cancelled");
