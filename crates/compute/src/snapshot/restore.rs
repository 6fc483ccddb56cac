//! Brings a machine back to a snapshot. What was written since is gone; the machine keeps the size that it has now.

use compute_driver::{InForce, Progress, Status};
use kernel::map::purpose;
use kernel::permission::AtProject;
use kernel::{Cx, Error, Result, Scope};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::create::{LOOK, name};
use super::model::{SnapshotId, SnapshotState};
use super::store;
use crate::instance::bring_up::{BringsUp, PATIENT, boot, finish, wait};
use crate::instance::{InstanceId, State, change, guest, store as instances};
use crate::{card, disk, drivers};

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct RestoreInput {
    /// Which snapshot.
    pub snapshot_id: SnapshotId,
    /// Of which machine.
    pub instance_id: InstanceId,
    /// Whether the machine runs afterwards.
    pub runs: bool,
}

impl BringsUp for RestoreInput {
    fn instance(&self) -> InstanceId {
        self.instance_id
    }

    fn runs(&self) -> bool {
        self.runs
    }
}

/// Brings a machine back. A step that fails for good leaves the machine as the hypervisor says it is.
pub static SNAPSHOT_RESTORE: Workflow<RestoreInput> = Workflow {
    name: "compute.snapshot.restore",
    title: "Bring the machine back",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("look", "Look at the machine", look, as_seen),
        step!("roll_back", "Bring the disk back", roll_back, nothing),
        step!("fit", "Give it its size", fit, nothing),
        step!("boot", "Switch it on", boot, nothing),
        step!("wait", "Wait for the machine", wait, nothing, PATIENT),
        step!("finish", "Hand it over", finish, nothing),
    ],
};

/// Begins to bring the machine back. It runs afterwards if it runs now, or if its memory was kept.
///
/// # Errors
/// `NotFound`; `Conflict` when the states of machine and snapshot do not allow it.
pub async fn restore<P: AtProject>(cx: &Cx, at: &Scope<P>, id: SnapshotId) -> Result<(InstanceId, OperationId)> {
    cx.write(async |tx| {
        let instance = store::by_id(tx.db(), at, id).await?.instance_id;
        // The machine first, as everywhere, so that two transactions cannot lock crosswise.
        let machine = instances::locked(&tx, at, instance).await?;
        let snapshot = store::locked(&tx, at, id).await?;
        if snapshot.state != SnapshotState::Ready {
            return Err(Error::conflict("This snapshot is not ready, so the machine cannot be brought back to it."));
        }
        if !matches!(machine.state, State::Running | State::Stopped) {
            return Err(Error::conflict(format!("This machine is {}, so it cannot be brought back now.", machine.state.in_words())));
        }
        if snapshot.memory {
            disk::none_for_memory(&tx, instance).await?;
        }
        let runs = machine.state == State::Running || snapshot.memory;
        change(&tx, &machine, State::Restoring, "It is being brought back to a snapshot.").await?;
        let start = Start { place: machine.place(), subject: &instance.to_string(), started_by: at.actor().person(), key: None };
        let operation = SNAPSHOT_RESTORE.start(&tx, start, &RestoreInput { snapshot_id: id, instance_id: instance, runs }).await?;
        instances::set(&tx, instance, &[(instances::Column::OperationId, Some(operation).into())]).await?;
        audit::record(&tx, at, id, "A machine is brought back to a snapshot").await?;
        Ok((instance, operation))
    })
    .await
}

async fn look(step: StepCx, input: RestoreInput) -> Result<Next> {
    match guest::status(&step, &guest::row(&step, input.instance_id).await?).await? {
        Status::Absent => Err(Error::conflict("The machine is gone from its node.")),
        _ => Ok(Next::Done),
    }
}

async fn as_seen(step: StepCx, input: RestoreInput) -> Result<()> {
    guest::settle_as_seen(&step, input.instance_id).await
}

async fn roll_back(step: StepCx, input: RestoreInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    match guest::driver(&step, &row)?.roll_back(&drivers::reference(row.id)?, &name(input.snapshot_id)?).await {
        Ok(Progress::Working { .. }) => Ok(Next::Again(LOOK)),
        Ok(Progress::Done(_)) => {
            card::say_again(&step, &row).await?;
            Ok(Next::Done)
        }
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

/// The disk may have grown since the snapshot, and some hypervisors bring the whole shape back: the owner keeps what they pay for.
async fn fit(step: StepCx, input: RestoreInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    let (driver, reference) = (guest::driver(&step, &row)?, drivers::reference(row.id)?);
    let seen = driver.find(&reference).await.map_err(drivers::said)?.ok_or_else(|| Error::conflict("The machine is gone from its node."))?;
    let size = row.shape().size();
    if seen.size == size {
        return Ok(Next::Done);
    }
    step.log("It gets the size back that it has now.").await?;
    match driver.resize(&reference, &size).await {
        Ok(InForce::Now) => {}
        Ok(InForce::AfterRestart) => driver.stop(&reference).await.map_err(drivers::said)?,
        Err(error) => return Err(drivers::told(&step, error).await),
    }
    Ok(Next::Done)
}
