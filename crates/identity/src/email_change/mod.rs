//! Changes of one's e-mail address: asked for with the password, told to the old address, in force with a link to the new one.

mod api;
mod complete;
mod create;
mod delete;
mod issue;
mod model;
pub(crate) mod store;

pub use complete::complete;
pub use create::create;
pub use delete::delete;
pub use issue::{Letter, issue};
pub use model::{LIFETIME, NewEmailChange};

pub(crate) use api::routes;
