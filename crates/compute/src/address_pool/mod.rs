//! Where public addresses come from: blocks that the operator has, each for one region.

pub(crate) mod api;
mod create;
mod delete;
mod list;
mod model;
pub(crate) mod store;

pub use create::create;
pub use delete::delete;
pub use list::list;
pub use model::{AddressPool, AddressPoolId, NewAddressPool};

pub(crate) use model::{excluded_blocks, free_address, free_block};
