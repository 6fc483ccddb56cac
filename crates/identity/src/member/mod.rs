//! Members: who belongs to an organisation, in which role. An organisation always has an owner.

mod api;
mod delete;
mod leave;
mod list;
mod model;
mod reset_password;
pub(crate) mod store;
mod transfer;
mod update;

pub use delete::delete;
pub use leave::leave;
pub use list::list;
pub use model::{Member, MemberPatch, Role};
pub use reset_password::reset_password;
pub use transfer::transfer;
pub use update::update;

pub(crate) use api::routes;
