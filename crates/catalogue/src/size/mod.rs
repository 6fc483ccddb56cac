//! A size: how large a machine is and what it costs.

pub(crate) mod api;
mod create;
mod list;
mod model;
mod seed;
pub(crate) mod store;
mod update;

pub use create::create;
pub use list::list;
pub(crate) use model::description;
pub use model::{NewSize, Size, SizePatch};
pub use seed::seed;
pub use store::{by_id, visible};
pub use update::update;
