//! The books: entries of signed legs that sum to zero, chained by hash, never changed. A wrong
//! entry is corrected by its reversal.

mod model;
mod post;
pub(crate) mod store;
pub(crate) mod verify;

pub use model::{Account, Entry, Leg, Posting};
pub use post::{balance, post, reverse};
