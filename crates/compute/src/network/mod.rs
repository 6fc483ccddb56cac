//! A private network of a project: machines in it reach each other, as far as their security groups let them, and nobody else does.

pub(crate) mod api;
mod count;
mod create;
mod delete;
mod evict;
mod ipv6;
mod list;
mod model;
pub(crate) mod store;
mod update;

pub use count::count;
pub use create::create;
pub use delete::{NETWORK_DELETE, NetworkDeleteInput, delete};
pub use evict::{evict, of_organisation};
pub use list::{list, view};
pub use model::{Network, NetworkId, NetworkPatch, NetworkState, NewNetwork};
pub use update::update;

pub(crate) use delete::reference;
pub(crate) use model::is_name;
