//! An upload of an image that is not whole yet, by tus 1.0, so that usual programs can send one and go on where they broke off.

pub(crate) mod api;
mod append;
mod create;
mod delete;
mod hand_over;
mod tus;
mod view;

pub use append::{Appended, append};
pub use create::create;
pub use delete::delete;
pub(crate) use hand_over::hand_over;
pub use tus::Checksum;
pub use view::view;
