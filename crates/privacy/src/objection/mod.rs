//! Objection to a purpose (GDPR Art. 21): the gate stops it at once. To what people choose, such as
//! marketing, an objection is absolute; to a use on legitimate interest it stands unless staff give
//! compelling reasons within the deadline.

pub mod api;
mod list;
mod set;

pub use list::{Objectionable, Objections, list};
pub use set::delete;
pub(crate) use set::{lift, set};
