//! What an order, or another size, will cost and what is charged now. Pure; the invoice for the order is made from
//! the same lines.

mod difference;
mod make;

pub use difference::difference;
pub use make::{MONTH_HOURS, Price, Quote, QuoteLine, quote, quote_disk};
