//! Prices times quantities, exactly: decimals of twelve places, quantities as fractions, one
//! rounding at the line. No IO, no clock.

mod amount;
mod decimal;
mod period;

pub use amount::{Quantity, line_amount, prorated, rounded_division};
pub use decimal::Decimal;
pub use period::{Period, month_boundary, month_of};
