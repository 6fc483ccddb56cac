//! A template: what a machine's disk is made from. One is built on the hosts, or is a row of images, of which new machines get the newest.

pub(crate) mod api;
mod list;
mod model;
mod open_version;
pub(crate) mod store;
mod update;

pub use list::list;
pub(crate) use model::title_of;
pub use model::{Template, TemplateId, TemplatePatch, TemplateSource, TemplateView};
pub(crate) use open_version::open_version;
pub use store::{all, by_id};
pub use update::update;
