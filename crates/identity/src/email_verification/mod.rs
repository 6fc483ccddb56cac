//! E-mail verifications: a link by mail, used once, for a day.

mod api;
mod ask;
mod complete;
mod issue;
pub(crate) mod store;

pub use ask::ask;
pub use complete::complete;
pub use issue::issue;

pub(crate) use api::routes;
