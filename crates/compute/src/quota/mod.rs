//! How much a project and an organisation may have at once.

mod model;
mod reserve;
mod store;

pub use model::{LIMITS, Limits};
pub use reserve::check;
pub(crate) use reserve::{release, reserve};
