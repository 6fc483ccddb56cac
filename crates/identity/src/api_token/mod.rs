//! API tokens: what programs use instead of a password, bound to one organisation.

mod api;
mod create;
mod delete;
mod list;
mod model;
mod store;

pub use create::create;
pub use delete::delete;
pub use list::list;
pub use model::{ApiToken, ApiTokenId, CreatedApiToken, NewApiToken};

pub(crate) use api::routes;
pub(crate) use store::{remove_all_in, set_used};
