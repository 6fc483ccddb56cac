//! Takes a disk from its machine. Undone, the machine has it as before.

use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Result, Scope};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::attach;
use super::change::{at_work, begun, leave_rest, rest};
use super::model::{DiskId, DiskState};
use super::store;
use crate::drivers;
use crate::instance::{InstanceId, State, store as instances};

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct DiskDetachInput {
    /// Which disk.
    pub disk_id: DiskId,
    /// Which machine has it.
    pub instance_id: InstanceId,
}

/// Takes a disk from its machine.
pub static DISK_DETACH: Workflow<DiskDetachInput> = Workflow {
    name: "compute.disk.detach",
    title: "Detach the disk",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("detach", "Take it from the machine", take, give_back), step!("finish", "Note that nobody has it", finish, nothing)],
};

/// Begins to take the disk from its machine. A machine that waits for its deletion can lose it, too.
///
/// # Errors
/// `NotFound`; `Conflict` when no machine has it, or when the states of disk and machine do not allow it.
pub async fn detach<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: DiskId) -> Result<OperationId> {
    cx.write(async |tx| {
        let nobody = || Error::conflict("No machine has this disk.");
        let holder = store::by_id(tx.db(), at, id).await?.instance_id.ok_or_else(nobody)?;
        // The machine first, as everywhere, so that two transactions cannot lock crosswise.
        let machine = instances::locked(&tx, at, holder).await?;
        let row = store::locked(&tx, at, id).await?;
        if row.instance_id != Some(holder) {
            return Err(nobody());
        }
        if !matches!(machine.state, State::Running | State::Stopped | State::Failed | State::Deleting) {
            return Err(Error::conflict(format!("The machine that has this disk is {}. Wait, or switch it off.", machine.state.in_words())));
        }
        leave_rest(&tx, &row, DiskState::Detaching).await?;
        let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
        let operation = DISK_DETACH.start(&tx, start, &DiskDetachInput { disk_id: id, instance_id: holder }).await?;
        begun(&tx, id, operation).await?;
        audit::record(&tx, at, id, "A disk is detached from its machine").await?;
        Ok(operation)
    })
    .await
}

async fn take(step: StepCx, input: DiskDetachInput) -> Result<Next> {
    let (_, reference, driver) = at_work(&step, input.disk_id).await?;
    match driver.detach_disk(&reference).await {
        Ok(()) => Ok(Next::Done),
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

async fn give_back(step: StepCx, input: DiskDetachInput) -> Result<()> {
    // A machine that went meanwhile has left its disks, and gets none back.
    let machine = instances::by_id(step.cx().db(), &step.scope(), input.instance_id).await?;
    if machine.state == State::Deleted {
        return rest(&step, input.disk_id, None).await;
    }
    attach::tell(&step, input.disk_id, machine.id).await?;
    rest(&step, input.disk_id, Some(machine.id)).await
}

async fn finish(step: StepCx, input: DiskDetachInput) -> Result<Next> {
    rest(&step, input.disk_id, None).await?;
    Ok(Next::Done)
}
