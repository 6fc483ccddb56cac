//! A drain: every machine of a host is moved away, a few at a time, and what could not be moved is reported with the reason.

pub(crate) mod api;
mod carry_out;
mod create;
mod model;
mod store;
mod view;

pub use carry_out::{DRAIN, DrainInput};
pub use create::create;
pub use model::{Drain, DrainMachine, DrainMachineState, DrainRequest};
pub(crate) use store::{arrived, refused};
pub use view::view;
