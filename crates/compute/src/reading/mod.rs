//! A reading: what a machine used in a span of time.

mod absence;
pub(crate) mod api;
mod list;
mod measure;
mod model;
mod store;
mod usage;

pub(crate) use absence::absence;
pub use list::list;
pub(crate) use measure::measure;
pub use model::Reading;
pub use usage::{InstanceUsage, InstanceUsageLine, UsagePeriod, usage};
