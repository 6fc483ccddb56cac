//! Notifications in the console: what people are told beside mail, and what of it they have read.

mod api;
mod keep;
mod list;
mod model;
mod read;
mod store;

pub use list::{list, unread};
pub use model::{Notification, NotificationId, Read, Said, Unread};
pub use read::read;

pub(crate) use api::routes;
pub(crate) use keep::keep;
