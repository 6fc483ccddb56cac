//! What an extra disk costs.

pub(crate) mod api;
mod model;
mod update;
mod view;

pub use model::{DiskPrice, DiskPricePatch};
pub use update::update;
pub use view::view;
