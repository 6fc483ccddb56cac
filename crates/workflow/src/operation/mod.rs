//! An operation: one run of a workflow, as stored and as people see it.

pub mod api;
mod model;
mod retry;
pub(crate) mod store;

pub use model::{LogLine, OPERATION_FINISHED, Operation, OperationFinished, OperationId, State, StepState, StepView};
pub use store::{by_subject, unfinished};
