//! States of operations and steps, and the view of both.

use kernel::event::EventKind;
use kernel::{PersonId, Place, Timestamp};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::id!(
    /// One run of a workflow.
    OperationId, "op");

/// How an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = OperationState)]
pub enum State {
    /// Steps are being carried out.
    Running,
    /// All steps are done.
    Succeeded,
    /// Stopped at a step; can be tried again from there.
    Failed,
    /// A step failed for good; those before it are being taken back.
    Undoing,
    /// Everything was taken back, or it was called off before there was anything to take back.
    Undone,
    /// An undo cannot succeed without a person.
    NeedsOperator,
}

impl State {
    /// True when nothing more happens by itself.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Running | Self::Undoing)
    }

    /// Where an operation in this state goes on when it is tried again; `None` where it cannot.
    ///
    /// What is undone is not begun again: the world that its first step relied on, a payment for example, is gone.
    pub fn retry_from(self) -> Option<RetryFrom> {
        match self {
            Self::Failed => Some(RetryFrom::Step),
            Self::NeedsOperator => Some(RetryFrom::Undo),
            Self::Running | Self::Succeeded | Self::Undoing | Self::Undone => None,
        }
    }

    /// The states that this one may become. From `Undone` only the operation above it begins it again.
    pub fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Running, Self::Succeeded | Self::Failed | Self::Undoing | Self::Undone)
                | (Self::Undoing, Self::Undone | Self::NeedsOperator)
                | (Self::Failed | Self::Undone, Self::Running)
                | (Self::NeedsOperator, Self::Undoing)
        )
    }
}

/// Where a failed operation goes on when it is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetryFrom {
    /// At the step that failed; those before it stay done.
    Step,
    /// At the undo that could not be finished.
    Undo,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Its turn has not come.
    Waiting,
    /// Being carried out.
    Running,
    /// Done.
    Done,
    /// Failed for good.
    Failed,
    /// Taken back.
    Undone,
}

/// For whom a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Whoever sees the operation.
    Everybody,
    /// The operator's staff: how full nodes are, for example.
    Operator,
}

/// One line of a step's log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// A step as people see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StepView {
    /// In code: `boot`.
    pub name: String,
    /// For people: "Start the machine".
    pub title: String,
    /// How it stands.
    pub state: StepState,
    /// Tries so far.
    pub attempt: i32,
    /// When its first try began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Why the last try failed.
    pub error: Option<String>,
    /// What it reported.
    pub log: Vec<LogLine>,
    /// The operation that carries it out, if another workflow does.
    #[schema(no_recursion)]
    pub child: Option<Box<Operation>>,
}

/// An operation as people see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// The workflow: `compute.instance.provision`.
    pub kind: String,
    /// For people: "Set up the machine".
    pub title: String,
    /// Id of what it works on.
    pub subject: String,
    /// How it stands.
    pub state: State,
    /// Why it failed.
    pub error: Option<String>,
    /// Where it goes on when it is tried again; absent where it cannot be.
    pub retry: Option<RetryFrom>,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Its steps, in order.
    pub steps: Vec<StepView>,
    #[serde(skip)]
    pub(crate) place: Option<Place>,
    #[serde(skip)]
    pub(crate) started_by: Option<PersonId>,
}

/// An operation has ended, one way or the other.
pub const OPERATION_FINISHED: EventKind<OperationFinished> = EventKind::new("workflow.operation.finished");

/// The payload of [`OPERATION_FINISHED`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OperationFinished {
    /// Which.
    pub operation: OperationId,
    /// Its workflow.
    pub kind: String,
    /// Id of what it worked on.
    pub subject: String,
    /// How it ended.
    pub state: State,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_neither_done_nor_undone_is_tried_again() {
        assert_eq!(State::Failed.retry_from(), Some(RetryFrom::Step));
        assert_eq!(State::NeedsOperator.retry_from(), Some(RetryFrom::Undo));
        for state in [State::Running, State::Succeeded, State::Undoing, State::Undone] {
            assert_eq!(state.retry_from(), None);
        }
    }

    #[test]
    fn what_has_succeeded_stays_so() {
        for next in [State::Running, State::Failed, State::Undoing, State::Undone, State::NeedsOperator] {
            assert!(!State::Succeeded.may_become(next));
        }
        assert!(State::Undone.may_become(State::Running));
        assert!(State::Running.may_become(State::Undone), "called off");
    }
}
