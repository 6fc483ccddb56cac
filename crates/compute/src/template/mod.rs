//! A template: what a machine's disk is made from.

pub(crate) mod api;
mod model;
pub(crate) mod store;

pub(crate) use model::title_of;
pub use model::{Template, TemplateId};
pub use store::by_id;
