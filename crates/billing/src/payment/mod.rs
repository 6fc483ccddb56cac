//! Payments: an intent is written first, the provider is asked outside any transaction, and what it
//! reports is recorded in one. Money moves only through the ledger.

mod advance;
pub mod api;
mod begin;
mod confirm;
mod give_back;
pub(crate) mod jobs;
mod list;
pub mod model;
mod provider;
mod record;
mod refund;
pub(crate) mod store;
mod test_provider;

pub use advance::advance;
pub use begin::{NewPayment, begin, begin_change, begin_order};
pub use confirm::confirm;
pub use give_back::give_back;
pub use list::{list, view};
pub use model::{Payment, PaymentId, PaymentMethod, PaymentState, PaymentView};
pub use provider::{Acquirer, Intent, Outcome, Provider, RefundIntent};
pub use refund::refund;
pub use test_provider::TestProvider;
