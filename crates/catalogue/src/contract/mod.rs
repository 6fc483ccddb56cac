//! The contract of a machine: nothing is charged for one that is lost.

mod follow;
mod give_back;

pub(crate) use follow::follow;
pub use give_back::{GIVE_BACK, GiveBackInput};
