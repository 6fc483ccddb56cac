//! Meters: since when a resource is billed at which prices, and what its readings add up to.

mod close;
mod lose;
pub mod model;
mod open;
mod record;
mod reprice;
pub(crate) mod store;

pub use close::close;
pub use lose::{Lost, lose, resume};
pub use model::{Cycle, Meter, MeterId, NewMeter, Rates, Reading};
pub use open::open;
pub use record::record;
pub use reprice::{CoveredMonth, covered_month, rates_before, rates_now, reprice};
