//! Preferences: which topics reach somebody on which channel.

mod api;
mod model;
mod store;
mod unsubscribe;
mod update;
mod view;

pub use model::{Preference, PreferenceLine, PreferenceUpdate, Preferences, Topic};
pub use unsubscribe::unsubscribe;
pub use update::update;
pub use view::view;

pub(crate) use api::routes;
pub(crate) use store::wanted;
pub(crate) use unsubscribe::link;
