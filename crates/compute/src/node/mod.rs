//! A node: one hypervisor, or one cluster of them, and which machines fit on it.

pub(crate) mod api;
mod enrol;
mod feature;
mod list;
mod model;
pub(crate) mod place;
pub(crate) mod store;

pub(crate) use enrol::accelerator;
pub use enrol::enrol;
pub(crate) use feature::must_have;
pub use list::list;
pub(crate) use model::Taken;
pub use model::{Node, NodeId, NodeState, NodeView};
pub use store::all;
