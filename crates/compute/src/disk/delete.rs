//! Removes a disk that no machine has, with what is on it. What was begun is carried through.

use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, PersonId, Result, Scope, Tx};
use workflow::{Next, Retry, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::change::{at_work, begun};
use super::create::DiskInput;
use super::measure::note;
use super::model::{DiskId, DiskState};
use super::store::{self, Column, Row};
use crate::events::{DISK_DELETED, DiskFact};
use crate::{drivers, quota};

/// A hypervisor that is away for hours must not stop a removal.
const STUBBORN: Retry = Retry { attempts: 500, ..Retry::STANDARD };

/// Removes a disk.
pub static DISK_DELETE: Workflow<DiskInput> = Workflow {
    name: "compute.disk.delete",
    title: "Delete the disk",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Stop,
    steps: &[step!("remove", "Remove it from its node", remove, nothing, STUBBORN), step!("close", "Note that it is gone", close, nothing)],
};

/// Begins to remove the disk. One that could not be made goes at once.
///
/// # Errors
/// `NotFound`; `Conflict` while a machine has it, or while something is done to it.
pub async fn delete<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: DiskId) -> Result<()> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if row.instance_id.is_some() {
            return Err(Error::conflict("A machine has this disk. Detach it there first."));
        }
        if !begin(&tx, &row, at.actor().person()).await? {
            return Err(Error::conflict(format!("This disk is {}. Wait until that has ended.", row.state.in_words())));
        }
        audit::record(&tx, at, id, "A disk is removed").await
    })
    .await
}

/// Begins to remove one that nobody has, and notes that one is gone of which nothing is left; false for any other.
///
/// # Errors
/// Database errors.
pub(super) async fn begin(tx: &Tx, row: &Row, started_by: Option<PersonId>) -> Result<bool> {
    if row.instance_id.is_some() {
        return Ok(false);
    }
    if row.state == DiskState::Failed {
        store::set(tx, row.id, &[(Column::DeletedAt, Some(tx.cx().now().0).into())]).await?;
        return store::change(tx, row, DiskState::Deleted).await;
    }
    if !store::change(tx, row, DiskState::Deleting).await? {
        return Ok(false);
    }
    // Nobody can use it from now on, so nobody pays for how long its removal takes.
    note(tx, row, None).await?;
    let start = Start { place: row.place(), subject: &row.id.to_string(), started_by, key: None };
    begun(tx, row.id, DISK_DELETE.start(tx, start, &DiskInput { disk_id: row.id }).await?).await?;
    Ok(true)
}

async fn remove(step: StepCx, input: DiskInput) -> Result<Next> {
    let (_, reference, driver) = at_work(&step, input.disk_id).await?;
    match driver.remove_disk(&reference).await {
        Ok(()) => Ok(Next::Done),
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

async fn close(step: StepCx, input: DiskInput) -> Result<Next> {
    step.write(async |tx| {
        let at = step.scope();
        let row = store::locked(&tx, &at, input.disk_id).await?;
        if store::change(&tx, &row, DiskState::Deleted).await? {
            let now = tx.cx().now();
            store::set(&tx, row.id, &[(Column::DeletedAt, Some(now.0).into())]).await?;
            quota::release_disk(&tx, &at, row.size_gib).await?;
            tx.announce(DISK_DELETED, row.place(), row.id, &DiskFact { disk_id: row.id, at: now }).await?;
        }
        Ok(())
    })
    .await?;
    Ok(Next::Done)
}
