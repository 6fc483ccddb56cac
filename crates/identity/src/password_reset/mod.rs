//! Password resets: a link by mail, used once, for an hour.

mod api;
mod ask;
mod complete;
mod issue;
pub(crate) mod store;

pub use ask::ask;
pub use complete::{PasswordResetCompletion, complete};
pub use issue::issue;

pub(crate) use api::routes;
