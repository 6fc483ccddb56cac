//! A size: how large a machine is and what it costs.

pub(crate) mod api;
mod model;
mod seed;
pub(crate) mod store;
mod update;

pub use model::{Size, SizePatch};
pub use seed::seed;
pub use store::{by_id, visible};
pub use update::update;
