//! Another size for a machine that runs: what it costs, and the change itself with its payment.

pub(crate) mod api;
mod carry_out;
mod create;
mod list;
mod model;
mod quote;
pub(crate) mod reprice;
mod size_for;
mod store;

pub use carry_out::SIZE_CHANGE;
pub use create::create;
pub use list::list;
pub use model::{NewSizeChange, SizeChange, SizeChangeId, SizeChangeQuote, State, WantedSize};
pub use quote::quote;
pub use size_for::size_for;
pub(crate) use store::payments;
