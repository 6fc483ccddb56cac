//! An order: from the click to the running machine, or back to nothing.

pub(crate) mod api;
mod cancel;
mod change;
mod choice;
mod create;
mod fulfil;
mod list;
mod model;
mod retry;
mod store;

pub use cancel::cancel;
pub(crate) use choice::Choice;
pub use create::create;
pub(crate) use create::verified;
pub use fulfil::{FULFIL, FulfilInput};
pub(crate) use list::state_of_machine;
pub use list::{list, view};
pub use model::{DiskSource, NewOrder, Order, OrderId, OrderRetry, OrderedTemplate, State};
pub use retry::retry;
pub(crate) use store::payment_of_machine;
