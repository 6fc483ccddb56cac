//! Power: start, stop, shutdown, reboot, reset, suspend and resume. Each is an operation of the same four steps.

use std::time::Duration;

use compute_driver::{Driver, DriverError, Feature, Reference, Status};
use kernel::map::purpose;
use kernel::permission::AtProject;
use kernel::{Cx, Error, PersonId, Result, Scope, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Start, Step, StepCx, WhenFailed, Workflow, nothing, step};

use super::bring_up::PATIENT;
use super::model::{InstanceId, State};
use super::store::{self, Column, Row};
use super::{change, guest};
use crate::drivers;
use crate::node;

/// What is done to the power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Switch on.
    Start,
    /// Cut the power.
    Stop,
    /// Press the power button, and cut the power if that does not help in time.
    Shutdown,
    /// Ask the system to start anew.
    Reboot,
    /// Press the reset button.
    Reset,
    /// Hold the processors; memory stays.
    Suspend,
    /// Let them go on.
    Resume,
}

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct PowerInput {
    /// Which machine.
    pub instance_id: InstanceId,
    /// What is done to it.
    pub action: Action,
    /// When it was asked for; the deadline of a shutdown counts from here.
    pub asked_at: Timestamp,
}

/// How long a system may take to shut down before its power is cut.
pub const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(30);

const STEPS: &[Step<PowerInput>] = &[
    step!("look", "Look at the machine", look, as_seen),
    step!("act", "Tell the hypervisor", act, nothing),
    step!("wait", "Wait for the machine", wait, nothing, PATIENT),
    step!("finish", "Note the new state", finish, nothing),
];

/// One workflow under seven titles.
const fn flow(title: &'static str) -> Workflow<PowerInput> {
    Workflow { name: "compute.instance.power", title, purpose: &purpose::SERVICE, when_failed: WhenFailed::Undo, steps: STEPS }
}

/// Switches on.
pub static START: Workflow<PowerInput> = flow("Start the machine");
/// Cuts the power.
pub static STOP: Workflow<PowerInput> = flow("Stop the machine");
/// Shuts down.
pub static SHUTDOWN: Workflow<PowerInput> = flow("Shut the machine down");
/// Starts anew.
pub static REBOOT: Workflow<PowerInput> = flow("Restart the machine");
/// Presses the reset button.
pub static RESET: Workflow<PowerInput> = flow("Reset the machine");
/// Holds the processors.
pub static SUSPEND: Workflow<PowerInput> = flow("Suspend the machine");
/// Lets them go on.
pub static RESUME: Workflow<PowerInput> = flow("Resume the machine");

impl Action {
    fn flow(self) -> &'static Workflow<PowerInput> {
        match self {
            Self::Start => &START,
            Self::Stop => &STOP,
            Self::Shutdown => &SHUTDOWN,
            Self::Reboot => &REBOOT,
            Self::Reset => &RESET,
            Self::Suspend => &SUSPEND,
            Self::Resume => &RESUME,
        }
    }

    /// Whether it may begin from `state`. A machine that is suspended or in rescue can only have its power cut.
    fn may_begin(self, state: State) -> bool {
        match self {
            Self::Start => state == State::Stopped,
            Self::Stop => matches!(state, State::Running | State::Suspended | State::Rescue),
            Self::Resume => state == State::Suspended,
            Self::Shutdown | Self::Reboot | Self::Reset | Self::Suspend => state == State::Running,
        }
    }

    /// The state that shows it, and the one in which it ends.
    fn states(self) -> (State, State) {
        match self {
            Self::Start => (State::Starting, State::Running),
            Self::Stop | Self::Shutdown => (State::Stopping, State::Stopped),
            Self::Reboot | Self::Reset => (State::Rebooting, State::Running),
            Self::Suspend => (State::Suspending, State::Suspended),
            Self::Resume => (State::Resuming, State::Running),
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Start => "started",
            Self::Stop => "stopped",
            Self::Shutdown => "shut down",
            Self::Reboot => "restarted",
            Self::Reset => "reset",
            Self::Suspend => "suspended",
            Self::Resume => "resumed",
        }
    }
}

/// Begins to change the machine's power.
///
/// # Errors
/// `NotFound`; `Conflict` when the machine's state or its node does not allow it.
pub async fn power<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId, action: Action) -> Result<OperationId> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        let operation = begin(&tx, &row, at.actor().person(), action).await?;
        audit::record(&tx, at, id, format!("A machine is being {}", action.in_words())).await?;
        Ok(operation)
    })
    .await
}

/// The same in the caller's transaction, which has locked `row`.
///
/// # Errors
/// `Conflict` when the machine's state or its node does not allow it.
pub(crate) async fn begin(tx: &Tx, row: &Row, started_by: Option<PersonId>, action: Action) -> Result<OperationId> {
    if !action.may_begin(row.state) {
        return Err(Error::conflict(format!("This machine is {}, so it cannot be {}.", row.state.in_words(), action.in_words())));
    }
    if matches!(action, Action::Suspend | Action::Resume) {
        node::must_have(tx, row.node_id, Feature::Suspend).await?;
    }
    let (through, _) = action.states();
    change(tx, row, through, &format!("It is being {}.", action.in_words())).await?;
    let input = PowerInput { instance_id: row.id, action, asked_at: tx.cx().now() };
    let start = Start { place: row.place(), subject: &row.id.to_string(), started_by, key: None };
    let operation = action.flow().start(tx, start, &input).await?;
    store::set(tx, row.id, &[(Column::OperationId, Some(operation).into())]).await?;
    Ok(operation)
}

async fn look(step: StepCx, input: PowerInput) -> Result<Next> {
    match guest::status(&step, &guest::row(&step, input.instance_id).await?).await? {
        Status::Absent => Err(Error::conflict("The machine is gone from its node.")),
        _ => Ok(Next::Done),
    }
}

async fn as_seen(step: StepCx, input: PowerInput) -> Result<()> {
    guest::settle_as_seen(&step, input.instance_id).await
}

async fn act(step: StepCx, input: PowerInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    let (driver, reference) = (guest::driver(&step, &row)?, drivers::reference(row.id)?);
    let answer = match input.action {
        Action::Start => start(&*driver, &reference).await,
        Action::Stop => driver.stop(&reference).await,
        Action::Shutdown => driver.shutdown(&reference).await,
        Action::Reboot => driver.reboot(&reference).await,
        Action::Reset => driver.reset(&reference).await,
        Action::Suspend => driver.suspend(&reference).await,
        Action::Resume => driver.resume(&reference).await,
    };
    match answer {
        Ok(()) => Ok(Next::Done),
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

/// A rescue system that was switched off is left for good: whoever starts a machine wants its own system.
async fn start(driver: &dyn Driver, reference: &Reference) -> Result<(), DriverError> {
    if driver.find(reference).await?.is_some_and(|guest| guest.rescue && guest.status == Status::Stopped) {
        driver.end_rescue(reference).await?;
    }
    driver.start(reference).await
}

async fn wait(step: StepCx, input: PowerInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    match input.action.states().1 {
        State::Running => return guest::must_run(&step, &row).await.map(|()| Next::Done),
        State::Suspended => return guest::must_be_paused(&step, &row).await.map(|()| Next::Done),
        _ => {}
    }
    match guest::status(&step, &row).await? {
        Status::Stopped | Status::Absent => Ok(Next::Done),
        _ if input.action == Action::Shutdown && step.cx().now() < input.asked_at.plus(SHUTDOWN_DEADLINE) => Ok(Next::Again(Duration::from_secs(1))),
        _ => {
            if input.action == Action::Shutdown {
                step.log("The system did not shut down in time; its power is cut.").await?;
            }
            guest::driver(&step, &row)?.stop(&drivers::reference(row.id)?).await.map_err(drivers::said)?;
            Err(Error::unavailable("The hypervisor does not report the machine as stopped yet."))
        }
    }
}

async fn finish(step: StepCx, input: PowerInput) -> Result<Next> {
    let (_, to) = input.action.states();
    step.write(async |tx| guest::settle(&tx, &step, input.instance_id, to).await).await?;
    Ok(Next::Done)
}
