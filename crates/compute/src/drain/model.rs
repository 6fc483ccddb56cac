//! What a drain is, and what becomes of each machine. No IO, no clock.

use std::time::Duration;

use kernel::{Checks, Timestamp};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::OperationId;
use workflow::operation::State as Work;

use crate::host;
use crate::instance::{InstanceId, State};

/// Machines that are moved at once, unless somebody says otherwise.
const AT_ONCE: u8 = 2;
/// The most that may be: each copies memory, and often disks, over the same network.
const MOST_AT_ONCE: u8 = 5;
/// How long a machine that is being worked on is waited for.
const BUSY_FOR: Duration = Duration::from_secs(15 * 60);

/// A host that is to be emptied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrainRequest {
    /// Why; asked for unless the host is under maintenance already. Customers whose machines are moved read it.
    #[serde(default)]
    pub reason: Option<String>,
    /// Machines that are moved at once, 1 to 5; 2 if it is not said.
    #[serde(default)]
    pub at_once: Option<u8>,
}

impl DrainRequest {
    /// What is wrong with what a person typed. `resting` tells that the host is under maintenance already.
    pub(super) fn checks(&self, resting: bool) -> Checks {
        let mut checks = Checks::new();
        checks.that(resting || host::is_reason(self.reason.as_deref()), "reason", "say in 1 to 200 characters what is done to the host").that(
            (1..=MOST_AT_ONCE).contains(&self.at_once()),
            "at_once",
            "use 1 to 5",
        );
        checks
    }

    pub(super) fn at_once(&self) -> u8 {
        self.at_once.unwrap_or(AT_ONCE)
    }
}

/// What became of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum DrainMachineState {
    /// Its turn has not come, or it is being worked on.
    Waiting,
    /// It is on its way.
    Moving,
    /// It has left.
    Moved,
    /// It could not be moved; the reason says why.
    Failed,
    /// It stays, because the maintenance was ended before its turn came.
    Kept,
}

/// A machine of a drain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrainMachine {
    /// Which.
    pub instance_id: InstanceId,
    /// What became of it.
    pub state: DrainMachineState,
    /// Why it could not be moved, or what is waited for.
    pub reason: Option<String>,
    /// The host that it goes to, or went to.
    pub host: Option<String>,
    /// The operation that moves it.
    pub move_id: Option<OperationId>,
    /// Since when.
    pub at: Timestamp,
}

/// A drain with its report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Drain {
    /// The operation that carries it out.
    pub operation_id: OperationId,
    /// How that stands: succeeded once the host is empty, failed while machines are left that could not be moved.
    pub state: Work,
    /// On which node.
    pub node: String,
    /// Which host.
    pub host: String,
    /// Machines that were on it.
    pub total: usize,
    /// Those whose turn has not come.
    pub waiting: usize,
    /// Those on their way.
    pub moving: usize,
    /// Those that have left.
    pub moved: usize,
    /// Those that could not be moved.
    pub failed: usize,
    /// Those that stay because the maintenance was ended.
    pub kept: usize,
    /// All of them; those that could not be moved first.
    pub machines: Vec<DrainMachine>,
}

/// What is done about a machine when its turn comes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is moved.
    Move,
    /// It has left by itself, or has no guest any more.
    Left,
    /// It is being worked on; it is looked at again.
    Later(String),
    /// It stays, and this is why.
    Stays(String),
}

impl Turn {
    /// Of a machine in `state`, on the host or not, that has waited for `waited`.
    pub(super) fn of(state: State, is_there: bool, waited: Duration) -> Self {
        match state {
            State::Deleted | State::Failed | State::Ordered => Self::Left,
            _ if !is_there => Self::Left,
            State::Deleting => Self::Stays("It is about to be deleted. Its guest goes when its grace ends.".to_owned()),
            state if state.is_busy() => {
                let words = state.in_words();
                if waited > BUSY_FOR {
                    Self::Stays(format!("It is {words} for more than {} minutes.", BUSY_FOR.as_secs() / 60))
                } else {
                    Self::Later(format!("It is {words}."))
                }
            }
            _ => Self::Move,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_asked_for_unless_there_is_one_and_few_move_at_once() {
        let wrong = |reason: Option<&str>, at_once, resting| {
            let request = DrainRequest { reason: reason.map(str::to_owned), at_once };
            request.checks(resting).done().err().map(|error| error.fields().iter().map(|one| one.field.clone()).collect::<Vec<_>>())
        };
        assert_eq!(wrong(None, None, false), Some(vec!["reason".to_owned()]));
        assert_eq!(wrong(None, Some(0), true), Some(vec!["at_once".to_owned()]));
        assert_eq!(wrong(None, Some(6), false), Some(vec!["reason".to_owned(), "at_once".to_owned()]));
        assert_eq!(wrong(Some("new fans"), Some(5), false), None);
    }

    #[test]
    fn work_in_progress_is_waited_for_and_not_for_ever() {
        let (short, long) = (Duration::from_secs(60), Duration::from_secs(3600));
        assert_eq!(Turn::of(State::Running, true, short), Turn::Move);
        assert_eq!(Turn::of(State::Running, false, short), Turn::Left);
        assert!(matches!(Turn::of(State::Rebuilding, true, short), Turn::Later(_)));
        assert!(matches!(Turn::of(State::Rebuilding, true, long), Turn::Stays(why) if why.contains("15 minutes")));
        assert!(matches!(Turn::of(State::Deleting, true, short), Turn::Stays(_)));
        assert_eq!(Turn::of(State::Failed, true, short), Turn::Left);
    }
}
