//! What an order will cost and what is charged now. Pure; the invoice for the order is made from
//! the same lines.

mod make;

pub use make::{Price, Quote, QuoteLine, quote};
