//! What was used in a period and what it comes to; the invoice is made by the same functions.

pub mod api;
pub(crate) mod lines;
mod view;

pub use view::{Usage, UsageLine, view};
