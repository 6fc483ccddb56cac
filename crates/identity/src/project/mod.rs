//! Projects: the smallest thing that permissions are given in. One is made with each organisation.

pub(crate) mod store;

pub use store::{exists, of_organisation};
