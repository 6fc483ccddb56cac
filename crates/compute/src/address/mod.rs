//! A public address that a project holds: it leads to a machine in a private network, and can lead to another one at any time.

pub(crate) mod api;
mod assign;
mod count;
mod create;
mod delete;
mod evict;
mod list;
mod model;
pub(crate) mod store;
mod update;

pub use assign::{ADDRESS_ASSIGN, AddressAssignInput, assign};
pub use count::count;
pub use create::create;
pub use delete::{REST, delete};
pub use evict::{evict, of_organisation};
pub use list::{list, view};
pub use model::{Address, AddressAssignment, AddressId, AddressPatch, NewAddress};
pub use update::update;

pub(crate) use delete::rested;
