//! A quote: what an order would cost, tax included.

pub(crate) mod api;
mod create;

pub use create::{NewQuote, create};
