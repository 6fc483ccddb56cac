//! Power: start, stop, shutdown, reboot and reset. Each is an operation of the same four steps.

use std::time::Duration;

use compute_driver::Status;
use kernel::map::purpose;
use kernel::permission::AtProject;
use kernel::{Cx, Error, Result, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Retry, Start, Step, StepCx, WhenFailed, Workflow, nothing, step};

use super::model::{InstanceId, State};
use super::{change, guest, store};
use crate::drivers;

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
/// A machine that does not show up within about two minutes has not come up.
const PATIENT: Retry = Retry { attempts: 12, ..Retry::STANDARD };

const STEPS: &[Step<PowerInput>] = &[
    step!("look", "Look at the machine", look, as_seen),
    step!("act", "Tell the hypervisor", act, nothing),
    step!("wait", "Wait for the machine", wait, nothing, PATIENT),
    step!("finish", "Note the new state", finish, nothing),
];

/// One workflow under five titles.
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

impl Action {
    fn flow(self) -> &'static Workflow<PowerInput> {
        match self {
            Self::Start => &START,
            Self::Stop => &STOP,
            Self::Shutdown => &SHUTDOWN,
            Self::Reboot => &REBOOT,
            Self::Reset => &RESET,
        }
    }

    /// The state it begins from and the one that shows it.
    fn states(self) -> (State, State) {
        match self {
            Self::Start => (State::Stopped, State::Starting),
            Self::Stop | Self::Shutdown => (State::Running, State::Stopping),
            Self::Reboot | Self::Reset => (State::Running, State::Rebooting),
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Start => "started",
            Self::Stop => "stopped",
            Self::Shutdown => "shut down",
            Self::Reboot => "restarted",
            Self::Reset => "reset",
        }
    }
}

/// Begins to change the machine's power.
///
/// # Errors
/// `NotFound`; `Conflict` when the machine's state does not allow it.
pub async fn power<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId, action: Action) -> Result<OperationId> {
    let (from, through) = action.states();
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if row.state != from {
            return Err(Error::conflict(format!("This machine is {}, so it cannot be {}.", row.state.in_words(), action.in_words())));
        }
        change(&tx, &row, through, &format!("It is being {}.", action.in_words())).await?;
        let input = PowerInput { instance_id: id, action, asked_at: tx.cx().now() };
        let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
        let operation = action.flow().start(&tx, start, &input).await?;
        store::set(&tx, id, &[(store::Column::OperationId, Some(operation).into())]).await?;
        audit::record(&tx, at, id, format!("A machine is being {}", action.in_words())).await?;
        Ok(operation)
    })
    .await
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
        Action::Start => driver.start(&reference).await,
        Action::Stop => driver.stop(&reference).await,
        Action::Shutdown => driver.shutdown(&reference).await,
        Action::Reboot => driver.reboot(&reference).await,
        Action::Reset => driver.reset(&reference).await,
    };
    match answer {
        Ok(()) => Ok(Next::Done),
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

async fn wait(step: StepCx, input: PowerInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    if input.action.states().1 != State::Stopping {
        guest::must_run(&step, &row).await?;
        return Ok(Next::Done);
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
    let to = if input.action.states().1 == State::Stopping { State::Stopped } else { State::Running };
    step.write(async |tx| guest::settle(&tx, &step, input.instance_id, to).await).await?;
    Ok(Next::Done)
}
