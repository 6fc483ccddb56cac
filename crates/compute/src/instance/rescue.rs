//! The rescue system: a machine boots it in place of its own, with its disk attached and untouched, until rescue is ended.

use compute_driver::{DriverError, Feature, Status};
use kernel::map::purpose;
use kernel::permission::AtProject;
use kernel::{Cx, Error, Result, Scope};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::bring_up::{self, BringsUp, PATIENT, finish, wait};
use super::model::{InstanceId, State};
use super::{change, guest, store};
use crate::drivers;
use crate::node;

/// What the workflows work on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct RescueInput {
    /// Which machine.
    pub instance_id: InstanceId,
    /// Whether it ran before.
    pub ran: bool,
}

/// Whatever boots runs afterwards: the rescue system, or the machine's own.
impl BringsUp for RescueInput {
    fn instance(&self) -> InstanceId {
        self.instance_id
    }
}

/// Begins rescue. Undone, the machine is itself again and runs as before.
pub static RESCUE_BEGIN: Workflow<RescueInput> = Workflow {
    name: "compute.instance.rescue_begin",
    title: "Boot the rescue system",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("look", "Look at the machine", look, as_seen),
        step!("boot", "Boot the rescue system", boot, as_before),
        step!("wait", "Wait for the rescue system", wait, nothing, PATIENT),
        step!("finish", "Note the new state", in_rescue, under_way_again),
    ],
};

/// Ends rescue and starts the machine's own system.
pub static RESCUE_END: Workflow<RescueInput> = Workflow {
    name: "compute.instance.rescue_end",
    title: "Leave the rescue system",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("look", "Look at the machine", look, as_seen),
        step!("leave", "Switch the rescue system off", leave, nothing),
        step!("start", "Start the machine's own system", bring_up::boot, nothing),
        step!("wait", "Wait for the machine", wait, nothing, PATIENT),
        step!("finish", "Note the new state", finish, nothing),
    ],
};

/// Begins to boot the rescue system; a machine that runs is cut off.
///
/// # Errors
/// `NotFound`; `Conflict` when the machine's state or its node does not allow it.
pub async fn rescue_begin<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId) -> Result<OperationId> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if !matches!(row.state, State::Running | State::Stopped) {
            return Err(Error::conflict(format!("This machine is {}, so its rescue system cannot be booted now.", row.state.in_words())));
        }
        node::must_have(&tx, row.node_id, Feature::Rescue).await?;
        let input = RescueInput { instance_id: id, ran: row.state == State::Running };
        change(&tx, &row, State::Rescuing, "It boots its rescue system.").await?;
        let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
        let operation = RESCUE_BEGIN.start(&tx, start, &input).await?;
        store::set(&tx, id, &[(store::Column::OperationId, Some(operation).into())]).await?;
        audit::record(&tx, at, id, "A machine boots its rescue system").await?;
        Ok(operation)
    })
    .await
}

/// Begins to leave the rescue system.
///
/// # Errors
/// `NotFound`; `Conflict` when the machine is not in rescue.
pub async fn rescue_end<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId) -> Result<OperationId> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if row.state != State::Rescue {
            return Err(Error::conflict(format!("This machine is {}, so there is no rescue system to leave.", row.state.in_words())));
        }
        change(&tx, &row, State::Rebooting, "It leaves its rescue system.").await?;
        let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
        let operation = RESCUE_END.start(&tx, start, &RescueInput { instance_id: id, ran: true }).await?;
        store::set(&tx, id, &[(store::Column::OperationId, Some(operation).into())]).await?;
        audit::record(&tx, at, id, "A machine leaves its rescue system").await?;
        Ok(operation)
    })
    .await
}

async fn look(step: StepCx, input: RescueInput) -> Result<Next> {
    match guest::status(&step, &guest::row(&step, input.instance_id).await?).await? {
        Status::Absent => Err(Error::conflict("The machine is gone from its node.")),
        _ => Ok(Next::Done),
    }
}

async fn as_seen(step: StepCx, input: RescueInput) -> Result<()> {
    guest::settle_as_seen(&step, input.instance_id).await
}

async fn boot(step: StepCx, input: RescueInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    match guest::driver(&step, &row)?.start_rescue(&drivers::reference(row.id)?).await {
        Ok(()) => Ok(Next::Done),
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

async fn as_before(step: StepCx, input: RescueInput) -> Result<()> {
    let row = guest::row(&step, input.instance_id).await?;
    let (driver, reference) = (guest::driver(&step, &row)?, drivers::reference(row.id)?);
    match driver.end_rescue(&reference).await {
        Ok(()) => {}
        Err(DriverError::NotFound { .. } | DriverError::Unsupported { .. }) => return Ok(()),
        Err(error) => return Err(drivers::said(error)),
    }
    if input.ran { driver.start(&reference).await.map_err(drivers::said) } else { Ok(()) }
}

async fn leave(step: StepCx, input: RescueInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    match guest::driver(&step, &row)?.end_rescue(&drivers::reference(row.id)?).await {
        Ok(()) => Ok(Next::Done),
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

async fn in_rescue(step: StepCx, input: RescueInput) -> Result<Next> {
    step.write(async |tx| guest::settle(&tx, &step, input.instance_id, State::Rescue).await).await?;
    Ok(Next::Done)
}

/// Undoes the note before the guest itself is changed back.
async fn under_way_again(step: StepCx, input: RescueInput) -> Result<()> {
    step.write(async |tx| {
        let row = store::locked(&tx, &step.scope(), input.instance_id).await?;
        if row.state == State::Rescue { change(&tx, &row, State::Rescuing, "It goes back to its own system.").await } else { Ok(()) }
    })
    .await
}
