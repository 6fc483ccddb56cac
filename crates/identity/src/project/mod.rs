//! Projects: the smallest thing that permissions are given in. One is made with each organisation.

mod api;
mod create;
mod delete;
mod list;
mod model;
pub(crate) mod store;
mod update;

pub use create::create;
pub use delete::{Contents, delete};
pub use list::list;
pub use model::{NewProject, Project};
pub use store::{keep, of_organisation};
pub use update::update;

pub(crate) use api::routes;
pub(crate) use model::fields;
