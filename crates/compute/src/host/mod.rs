//! A host of a node: how full it is, whether it is under maintenance, and whether a machine may go there.

pub(crate) mod api;
pub(crate) mod choose;
mod load;
mod model;
pub(crate) mod store;
mod update;

pub(crate) use load::Load;
pub use model::{HostPatch, HostView, Maintenance};
pub(crate) use model::{is_reason, shown, stands_on};
pub(crate) use update::must_be_known;
pub use update::update;
