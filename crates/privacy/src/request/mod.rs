//! Requests of people about their data: each has a state, a deadline by law and promise, and an end
//! that they are told. What people can do themselves is done at once; the rest waits for staff.

mod answer;
pub mod api;
pub mod correct;
mod create;
pub mod events;
mod extend;
pub mod jobs;
mod list;
pub mod model;
mod statistics;
pub(crate) mod store;
mod withdraw;

pub use answer::answer;
pub use create::create;
pub(crate) use create::{Noted, finish, note, of_place};
pub use extend::extend;
pub use list::{list, list_open, view, view_for_staff};
pub use model::{Answer, CorrectionView, Extension, Field, Kind, NewCorrection, NewRequest, Request, RequestId, State};
pub use statistics::{RequestStatistics, statistics};
pub use withdraw::withdraw;
