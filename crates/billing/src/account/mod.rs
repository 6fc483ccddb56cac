//! The billing account: one per organisation, with its currency, its open period and its clock.

pub(crate) mod advance;
pub mod api;
pub(crate) mod model;
mod open;
pub(crate) mod store;

pub use advance::{advance, view};
pub use model::{Account, TestClock};
pub(crate) use open::ensured;
pub use open::of;
