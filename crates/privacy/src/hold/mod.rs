//! Legal holds: rows that a claim needs are kept although somebody is erased or a term ends
//! (GDPR Art. 17(3)(e)). A hold lists kinds of data, has somebody who answers for it, and ends by
//! itself; then what was paused is done.

pub mod api;
mod create;
mod held;
pub mod jobs;
mod lift;
mod list;
pub mod model;
pub(crate) mod store;

pub use create::create;
pub(crate) use held::Held;
pub use lift::lift;
pub use list::list;
pub use model::{Hold, HoldId, NewHold};
