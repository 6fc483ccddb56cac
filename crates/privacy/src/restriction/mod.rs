//! Restriction of use (GDPR Art. 18): everything about the person is kept, and used for nothing but
//! legal claims, their rights and what they look at themselves. The gate sees to it.

pub mod api;
mod set;
mod view;

pub(crate) use set::set;
pub use set::{create, delete};
pub use view::{Restriction, view};
