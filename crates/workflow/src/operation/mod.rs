//! An operation: one run of a workflow, as stored and as people see it.

pub mod api;
mod model;
mod retry;
pub(crate) mod store;

pub(crate) use model::Audience;
pub use model::{LogLine, OPERATION_FINISHED, Operation, OperationFinished, OperationId, RetryFrom, State, StepState, StepView};
pub use retry::retry;
pub use store::{by_subject, states, unfinished};
