//! A node: one hypervisor, or one cluster of them, and which machines fit on it.

pub(crate) mod api;
mod enrol;
mod feature;
mod list;
mod measure;
mod model;
mod part;
pub(crate) mod place;
pub(crate) mod store;
mod taken;
mod update;

pub use enrol::enrol;
pub(crate) use enrol::{accelerator, meet};
pub(crate) use feature::{has, must_have, word};
pub use list::list;
pub(crate) use measure::measure;
pub(crate) use model::Taken;
pub use model::{CLASS, Node, NodeId, NodePatch, NodeState, NodeView, is_class};
pub use part::{NodeHost, NodeStorage, NodeStranger};
pub use place::offers_class;
pub use store::all;
pub(crate) use taken::taken;
pub use update::update;
