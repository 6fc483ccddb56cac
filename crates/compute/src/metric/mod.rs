//! A metric: what a machine did, minute by minute, for its charts. Nothing here is billed.

pub(crate) mod api;
mod model;
mod record;
mod roll_up;
mod series;
mod store;
mod view;

pub use model::{Last, MetricQuery, MetricSeries, Metrics, Sample};
pub use record::record;
pub(crate) use roll_up::roll_up;
pub use view::view;
