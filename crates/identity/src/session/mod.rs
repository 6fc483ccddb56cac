//! Sessions: opaque secrets in a cookie, one row each, thirty days at most and fourteen idle.

mod api;
mod create;
mod csrf;
mod delete;
mod list;
mod model;
pub(crate) mod store;

pub use create::create;
pub use delete::{Which, delete, delete_others};
pub use list::list;
pub use model::{CookieSecurity, NewSession, Session, SessionId, SignedIn};

pub(crate) use api::routes;
pub(crate) use csrf::{csrf_matches, csrf_token};
pub(crate) use delete::{end_all, end_others};
pub(crate) use model::{NOTED_EVERY, end};
