//! What an extra disk would cost, tax included.

pub(crate) mod api;
mod create;

pub use create::{NewDiskQuote, create};
