//! What a payment is and how it may change.

use kernel::{Money, OrganisationId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::invoice::InvoiceId;
use crate::invoice::draft::Draft;

kernel::id!(
    /// A payment.
    PaymentId, "pay");

/// How it is paid. All methods are the test provider's: no money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// Test: succeeds at once.
    TestSucceeds,
    /// Test: is declined.
    TestDeclines,
    /// Test: waits for the payer's word.
    TestNeedsConfirmation,
    /// Test: succeeds ten seconds later.
    TestSettlesLate,
}

impl PaymentMethod {
    /// As stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TestSucceeds => "test_succeeds",
            Self::TestDeclines => "test_declines",
            Self::TestNeedsConfirmation => "test_needs_confirmation",
            Self::TestSettlesLate => "test_settles_late",
        }
    }

    /// From its stored form.
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::TestSucceeds, Self::TestDeclines, Self::TestNeedsConfirmation, Self::TestSettlesLate].into_iter().find(|method| method.key() == key)
    }
}

/// How far a payment is. A lattice, not a log: the order of declaration is the order of states, and
/// a lower one never overwrites a higher one, in whatever order reports arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// The intent is written; the provider may not know of it.
    Created,
    /// The payer has to say something.
    RequiresAction,
    /// The provider works on it.
    Processing,
    /// The payer said no.
    Cancelled,
    /// Declined.
    Failed,
    /// The money is there.
    Succeeded,
    /// Part of it went back.
    PartlyRefunded,
    /// All of it went back.
    Refunded,
}

impl PaymentState {
    const ALL: [Self; 8] =
        [Self::Created, Self::RequiresAction, Self::Processing, Self::Cancelled, Self::Failed, Self::Succeeded, Self::PartlyRefunded, Self::Refunded];

    /// The state after hearing `reported`: the higher of the two.
    #[must_use]
    pub fn joined(self, reported: Self) -> Self {
        self.max(reported)
    }

    /// True when the provider has nothing more to say about the charge.
    pub fn is_final(self) -> bool {
        self >= Self::Cancelled
    }

    /// True once the money was there, wherever it is now.
    pub fn is_paid(self) -> bool {
        self >= Self::Succeeded
    }

    /// As stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Succeeded => "succeeded",
            Self::PartlyRefunded => "partly_refunded",
            Self::Refunded => "refunded",
        }
    }

    /// From its stored form.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// A payment.
#[derive(Debug, Clone)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// Who pays.
    pub organisation_id: OrganisationId,
    /// Names the intent at the provider: the same key is charged once.
    pub intent_key: String,
    /// What it is for, in words.
    pub purpose: String,
    /// What it is for: the id of an order or invoice, as text.
    pub subject: String,
    /// How much. Zero only asks whether the method is good.
    pub amount: Money,
    /// How.
    pub method: PaymentMethod,
    /// How far it is.
    pub state: PaymentState,
    /// Why it was not paid, for people.
    pub problem: Option<String>,
    /// What is invoiced once it is paid.
    pub charge: Option<Draft>,
    /// The invoice that it pays or that it made.
    pub invoice_id: Option<InvoiceId>,
    /// How much went back, in minor units.
    pub refunded: i64,
    /// When it was begun.
    pub created_at: Timestamp,
}

/// A payment as people see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Payment)]
pub struct PaymentView {
    /// Its id.
    pub id: PaymentId,
    /// How far it is.
    pub state: PaymentState,
    /// How much.
    pub amount: Money,
    /// How much went back.
    pub refunded: Money,
    /// How.
    pub method: PaymentMethod,
    /// What it is for, in words.
    pub purpose: String,
    /// The order that it is for.
    pub order_id: Option<String>,
    /// The invoice that it pays or that it made.
    pub invoice_id: Option<InvoiceId>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Why it was not paid.
    pub problem: Option<String>,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        Self {
            id: payment.id,
            state: payment.state,
            refunded: Money::new(payment.refunded, payment.amount.currency),
            amount: payment.amount,
            method: payment.method,
            purpose: payment.purpose,
            order_id: payment.subject.starts_with("ord_").then_some(payment.subject),
            invoice_id: payment.invoice_id,
            created_at: payment.created_at,
            problem: payment.problem,
        }
    }
}

/// The payer's word.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PaymentAnswer {
    /// True to pay, false to cancel.
    pub accept: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_state_and_method_survives_its_key() {
        for state in PaymentState::ALL {
            assert_eq!(PaymentState::from_key(state.key()), Some(state));
        }
        assert_eq!(PaymentMethod::from_key("test_settles_late"), Some(PaymentMethod::TestSettlesLate));
        assert_eq!(PaymentMethod::from_key("card"), None);
    }

    proptest! {
        #[test]
        fn reports_in_any_order_and_number_end_in_the_same_state(reports in prop::collection::vec(0_usize..8, 1..8), turn in 0_usize..8, twice in 0_usize..8) {
            let end = |reports: &[usize]| reports.iter().fold(PaymentState::Created, |state, report| state.joined(PaymentState::ALL[*report]));
            let mut other = reports.clone();
            other.rotate_left(turn % reports.len());
            other.push(reports[twice % reports.len()]);
            other.reverse();
            prop_assert_eq!(end(&reports), end(&other));
        }
    }
}
