//! Attaches a disk to a machine: at once where it runs, and at each start from then on. Undone, no machine has it.

use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Result, Scope};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Retry, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::change::{at_work, begun, leave_rest, rest};
use super::create::machine_for;
use super::model::{DiskAttachment, DiskId, DiskState};
use super::store::{self, Column};
use crate::drivers;
use crate::instance::InstanceId;

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct DiskAttachInput {
    /// Which disk.
    pub disk_id: DiskId,
    /// Which machine gets it.
    pub instance_id: InstanceId,
}

/// A disk may have to be copied to its machine's host first, which takes as long as its size asks for.
pub(super) const BROUGHT: Retry = Retry { attempts: 60, ..Retry::STANDARD };

/// Attaches a disk.
pub static DISK_ATTACH: Workflow<DiskAttachInput> = Workflow {
    name: "compute.disk.attach",
    title: "Attach the disk",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("attach", "Attach it to the machine", give, take_back, BROUGHT), step!("finish", "Note that it is there", finish, nothing)],
};

/// Begins to attach the disk.
///
/// # Errors
/// `NotFound`; `Invalid` at `instance_id` for a machine of another project; `Conflict` when the states of disk and machine do not allow it,
/// when a machine has the disk, when the machine is on another node or has as many as it can have.
pub async fn attach<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: DiskId, to: &DiskAttachment) -> Result<OperationId> {
    cx.write(async |tx| {
        // The disk is looked up first, so that whoever may not see it hears nothing of machines.
        store::by_id(tx.db(), at, id).await?;
        let machine = machine_for(&tx, at, to.instance_id).await?;
        let row = store::locked(&tx, at, id).await?;
        if row.instance_id.is_some() {
            return Err(Error::conflict("A machine has this disk. Detach it there first."));
        }
        if machine.node_id != Some(row.node_id) {
            return Err(Error::conflict_at(
                "instance_id",
                "This machine is on another node than the disk, and a disk does not move. Choose a machine on its node.",
            ));
        }
        leave_rest(&tx, &row, DiskState::Attaching).await?;
        let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
        let operation = DISK_ATTACH.start(&tx, start, &DiskAttachInput { disk_id: id, instance_id: machine.id }).await?;
        store::set(&tx, id, &[(Column::InstanceId, Some(machine.id).into())]).await?;
        begun(&tx, id, operation).await?;
        audit::record(&tx, at, id, "A disk is attached to a machine").await?;
        Ok(operation)
    })
    .await
}

/// Has the hypervisor attach a disk to a machine.
pub(super) async fn tell(step: &StepCx, id: DiskId, machine: InstanceId) -> Result<()> {
    let (_, reference, driver) = at_work(step, id).await?;
    match driver.attach_disk(&reference, &drivers::reference(machine)?).await {
        Ok(()) => Ok(()),
        Err(error) => Err(drivers::told(step, error).await),
    }
}

async fn give(step: StepCx, input: DiskAttachInput) -> Result<Next> {
    tell(&step, input.disk_id, input.instance_id).await?;
    Ok(Next::Done)
}

async fn take_back(step: StepCx, input: DiskAttachInput) -> Result<()> {
    let (_, reference, driver) = at_work(&step, input.disk_id).await?;
    driver.detach_disk(&reference).await.map_err(drivers::said)?;
    rest(&step, input.disk_id, None).await
}

async fn finish(step: StepCx, input: DiskAttachInput) -> Result<Next> {
    // A machine that went meanwhile has left its disks.
    let row = store::by_id(step.cx().db(), &step.scope(), input.disk_id).await?;
    rest(&step, input.disk_id, row.instance_id).await?;
    Ok(Next::Done)
}
