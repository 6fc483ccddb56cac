//! A region: where nodes stand.

pub(crate) mod api;
mod model;
pub(crate) mod store;

pub(crate) use model::title_of;
pub use model::{Region, RegionId};
pub use store::by_id;
