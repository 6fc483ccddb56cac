//! What a change of size is and its states. No IO, no clock.

use billing::meter::Cycle;
use billing::payment::{PaymentId, PaymentMethod};
use billing::quote::QuoteLine;
use compute::instance::Part;
use compute::{InstanceId, SizeId};
use kernel::{Money, Timestamp};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::OperationId;

kernel::id!(
    /// A change of size.
    SizeChangeId, "chg");

/// How a change of size stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = SizeChangeState)]
pub enum State {
    /// The payment is being taken.
    Paying,
    /// The payment waits for a word from the payer, or for the bank.
    AwaitingConfirmation,
    /// Paid, or nothing to pay; the machine gets its size.
    Resizing,
    /// The machine has its size.
    Done,
    /// The payment failed; nothing was charged and the machine is as it was.
    PaymentFailed,
    /// The machine could not get the size; what was charged went back.
    Failed,
}

impl State {
    /// The states that this one may become.
    pub fn may_become(self, next: Self) -> bool {
        use State::{AwaitingConfirmation, Done, Failed, Paying, PaymentFailed, Resizing};
        match self {
            Paying | AwaitingConfirmation => matches!(next, AwaitingConfirmation | Resizing | PaymentFailed | Failed),
            Resizing => matches!(next, Done | Failed),
            Done | PaymentFailed | Failed => false,
        }
    }

    /// True until it has come to an end; a machine has one such change at most.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Paying | Self::AwaitingConfirmation | Self::Resizing)
    }
}

/// Which size is wanted.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedSize {
    /// The size.
    pub size_id: SizeId,
}

/// A change to be made.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSizeChange {
    /// The size.
    pub size_id: SizeId,
    /// What the quote said is due now, tax included. Nothing more than this is charged.
    pub due_now: Money,
    /// How it is paid, where something is due.
    pub payment_method: PaymentMethod,
}

/// What another size would cost. A dearer month is paid for the rest of it; nothing goes back for a cheaper one, whose price counts from
/// the next month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SizeChangeQuote {
    /// The size.
    pub size: Part<SizeId>,
    /// How the machine is billed; none for a machine that nothing is charged for.
    pub cycle: Option<Cycle>,
    /// What is due now consists of these.
    pub lines: Vec<QuoteLine>,
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// What is charged now, tax included.
    pub due_now: Money,
    /// What a month costs from `price_from` on, or an hour that it runs; without tax.
    pub price: Money,
    /// From when the new price counts.
    pub price_from: Timestamp,
}

/// A change of size as people see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SizeChange {
    /// Its id.
    pub id: SizeChangeId,
    /// The machine.
    pub instance_id: InstanceId,
    /// How it stands.
    pub state: State,
    /// The size before.
    pub from: Part<SizeId>,
    /// The size after.
    pub to: Part<SizeId>,
    /// How the machine is billed; none for a machine that nothing is charged for.
    pub cycle: Option<Cycle>,
    /// What is charged with it, tax included.
    pub charged_now: Money,
    /// What a month costs from `price_from` on, or an hour that it runs; without tax.
    pub price: Money,
    /// From when the new price counts; ahead while it is pending.
    pub price_from: Timestamp,
    /// Its payment, where something was due.
    pub payment_id: Option<PaymentId>,
    /// Its operation.
    pub operation_id: Option<OperationId>,
    /// What went wrong, in words.
    pub problem: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    #[test]
    fn what_failed_stays_so_and_what_is_paid_ends_in_a_size_or_a_refund() {
        for state in State::iter() {
            assert!(![State::Done, State::Failed, State::PaymentFailed].iter().any(|end| end.may_become(state)));
            assert_eq!(State::Resizing.may_become(state), matches!(state, State::Done | State::Failed));
        }
    }
}
