//! Removes a disk that no machine has, with what is on it, and gives one up that its node lost. What was begun is carried through.

use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject, Permission};
use kernel::{ByWorkflow, Cx, Error, PersonId, Result, Scope, Tx};
use workflow::{Next, OperationId, Retry, Start, StepCx, WhenFailed, Workflow, nothing, step};

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
        if row.instance_id.is_some() && row.state != DiskState::Lost {
            return Err(Error::conflict("A machine has this disk. Detach it there first."));
        }
        if !begin(&tx, &row, at.actor().person()).await? {
            return Err(Error::conflict(format!("This disk is {}. Wait until that has ended.", row.state.in_words())));
        }
        audit::record(&tx, at, id, "A disk is removed").await
    })
    .await
}

/// Gives up a disk that its node lost, whoever's it is; for the operator. Should it turn up again, it is removed.
///
/// # Errors
/// `Conflict` when it is not lost.
pub(crate) async fn give_up<P: Permission>(tx: &Tx, at: &Scope<P>, reference: &str) -> Result<OperationId> {
    let no_longer = || Error::conflict("This disk is not lost any more. Look at the finding again.");
    let id: DiskId = reference.parse().map_err(|_| no_longer())?;
    let seen = store::anywhere(tx.db(), at, id).await?;
    let inside = Scope::<ByWorkflow>::acting(DISK_DELETE.name, seen.place());
    let row = store::locked(tx, &inside, id).await?;
    if row.state != DiskState::Lost || !begin(tx, &row, at.actor().person()).await? {
        return Err(no_longer());
    }
    store::by_id(tx.db(), &inside, id).await?.operation_id.ok_or_else(|| Error::internal("a removal without an operation"))
}

/// Begins to remove one that nobody has or that is lost, and notes that one is gone of which nothing is left; false for any other.
///
/// # Errors
/// Database errors.
pub(super) async fn begin(tx: &Tx, row: &Row, started_by: Option<PersonId>) -> Result<bool> {
    let lost = row.state == DiskState::Lost;
    if row.instance_id.is_some() && !lost {
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
    if lost {
        store::set(tx, row.id, &[(Column::InstanceId, None::<uuid::Uuid>.into()), (Column::Problem, None::<String>.into())]).await?;
    }
    let start = Start { place: row.place(), subject: &row.id.to_string(), started_by, key: None };
    begun(tx, row.id, DISK_DELETE.start(tx, start, &DiskInput { disk_id: row.id }).await?).await?;
    Ok(true)
}

async fn remove(step: StepCx, input: DiskInput) -> Result<Next> {
    let (_, reference, driver) = at_work(&step, input.disk_id).await?;
    // One that was lost with its machine may be back with it.
    let removed = match driver.detach_disk(&reference).await {
        Ok(()) => driver.remove_disk(&reference).await,
        error => error,
    };
    match removed {
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
