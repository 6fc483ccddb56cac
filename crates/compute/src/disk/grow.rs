//! Makes a disk larger, for a machine that runs too. A disk never shrinks, so one that has grown stays so whatever comes after.

use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Result, Scope};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::change::{at_work, begun, leave_rest};
use super::measure::note;
use super::model::{DiskId, DiskSize, DiskState};
use super::store::{self, Column};
use crate::node::place::for_disk;
use crate::{drivers, quota};

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct DiskGrowInput {
    /// Which disk.
    pub disk_id: DiskId,
    /// How large it becomes.
    pub size_gib: i32,
}

/// Makes a disk larger.
pub static DISK_GROW: Workflow<DiskGrowInput> = Workflow {
    name: "compute.disk.grow",
    title: "Make the disk larger",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("grow", "Make it larger on its node", more, as_seen), step!("finish", "Note its size", finish, nothing)],
};

/// Begins to make the disk larger. What it costs changes once it has the room.
///
/// # Errors
/// `NotFound`; `Invalid` at `size_gib` unless it is more than now; `Conflict` while something is done to it; `Exhausted` when the quota is
/// used up or its node has no room.
pub async fn grow<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: DiskId, to: DiskSize) -> Result<OperationId> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        to.checks(row.size_gib).done()?;
        leave_rest(&tx, &row, DiskState::Growing).await?;
        let more = to.size_gib - row.size_gib;
        quota::reserve_disk(&tx, at, more).await?;
        for_disk(&tx, row.region_id, Some(row.node_id), more).await?;
        let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
        let operation = DISK_GROW.start(&tx, start, &DiskGrowInput { disk_id: id, size_gib: to.size_gib }).await?;
        store::set(&tx, id, &[(Column::GrowingToGib, Some(to.size_gib).into())]).await?;
        begun(&tx, id, operation).await?;
        audit::record(&tx, at, id, "A disk becomes larger").await?;
        Ok(operation)
    })
    .await
}

fn figure(gib: i32) -> Result<u32> {
    u32::try_from(gib).map_err(|error| Error::internal("a disk of a negative size").caused_by(error))
}

async fn more(step: StepCx, input: DiskGrowInput) -> Result<Next> {
    let (_, reference, driver) = at_work(&step, input.disk_id).await?;
    match driver.grow_disk(&reference, figure(input.size_gib)?).await {
        Ok(()) => Ok(Next::Done),
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

/// What the hypervisor has counts: the answer may have been lost after the effect.
async fn as_seen(step: StepCx, input: DiskGrowInput) -> Result<()> {
    let (_, reference, driver) = at_work(&step, input.disk_id).await?;
    let listed = driver.disks().await.map_err(drivers::said)?;
    let wanted = figure(input.size_gib)?;
    let grown = listed.iter().any(|disk| disk.reference == reference && disk.gib >= wanted);
    settle(&step, input, grown).await
}

async fn finish(step: StepCx, input: DiskGrowInput) -> Result<Next> {
    settle(&step, input, true).await?;
    Ok(Next::Done)
}

/// Brings the disk to rest at its new size or at the old one, whose difference is given back then.
async fn settle(step: &StepCx, input: DiskGrowInput, grown: bool) -> Result<()> {
    step.write(async |tx| {
        let at = step.scope();
        let row = store::locked(&tx, &at, input.disk_id).await?;
        if !store::change(&tx, &row, DiskState::Ready).await? {
            return Ok(());
        }
        if grown {
            // Until now it is announced at the size that it had.
            note(&tx, &row, Some(tx.cx().now())).await?;
            store::set(&tx, row.id, &[(Column::SizeGib, input.size_gib.into())]).await?;
        } else {
            quota::release_disk(&tx, &at, input.size_gib - row.size_gib).await?;
        }
        store::set(&tx, row.id, &[(Column::GrowingToGib, None::<i32>.into())]).await
    })
    .await
}
