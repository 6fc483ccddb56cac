//! Which tax applies and how much it is: dated rates as data, rounded once per invoice and rate.

mod compute;
mod rates;
mod treatment;

pub use compute::{in_gross, on_net};
pub use rates::{Rate, standard_rate};
pub use treatment::{Seat, Treatment, treatment};
