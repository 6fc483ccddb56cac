//! The ring of SSH keys of a project: kept once, picked at each order.

pub(crate) mod api;
mod create;
mod delete;
mod list;
mod model;
pub(crate) mod store;

pub use create::create;
pub use delete::delete;
pub use list::list;
pub use model::{NewSshKey, SshKey, SshKeyId};
