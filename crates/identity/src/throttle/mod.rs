//! Counters that slow guessing down: per account and per address, kept under keyed hashes.

mod count;
mod model;
mod store;

pub(crate) use count::{clear, count, forgive, within};
pub(crate) use model::Counter;
