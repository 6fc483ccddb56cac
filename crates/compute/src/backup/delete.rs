//! Removes a backup. What was begun is carried through: a backup that is being removed never comes back.

use std::time::Duration;

use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, PersonId, Result, Scope, Tx};
use serde::{Deserialize, Serialize};
use workflow::{Next, Retry, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::create::{name, settle};
use super::model::{BackupId, BackupState};
use super::store::{self, Column, Row};
use crate::drivers;
use crate::instance::store as instances;

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct BackupDeleteInput {
    /// Which backup.
    pub backup_id: BackupId,
}

/// A hypervisor that is away for hours must not stop a removal.
const STUBBORN: Retry = Retry { attempts: 500, ..Retry::STANDARD };

/// How often an archive is looked at again that a machine is being made from, or that is being tested.
const IN_USE: Duration = Duration::from_secs(30);

/// Removes a backup.
pub static BACKUP_DELETE: Workflow<BackupDeleteInput> = Workflow {
    name: "compute.backup.delete",
    title: "Delete the backup",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Stop,
    steps: &[step!("remove", "Remove its archive", remove, nothing, STUBBORN), step!("close", "Note that it is gone", close, nothing)],
};

/// Begins to remove the backup. One that could not be made goes at once.
///
/// # Errors
/// `NotFound`; `Conflict` while it is being made, tested or removed, or while a machine is being made from it.
pub async fn delete<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: BackupId) -> Result<()> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if instances::is_making_from(tx.db(), id).await? {
            return Err(Error::conflict("A machine is being made from this backup. Delete it once the machine runs, or cancel its order."));
        }
        if row.test_memory_mib.is_some() {
            return Err(Error::conflict("This backup is being tested. Delete it once that is over."));
        }
        match row.state {
            BackupState::Ready | BackupState::Failed => begin(&tx, &row, at.actor().person()).await?,
            BackupState::Creating => return Err(Error::conflict("This backup is still being made. Wait until it is there.")),
            BackupState::Deleting | BackupState::Deleted => return Err(Error::conflict("This backup is being removed already.")),
        }
        audit::record(&tx, at, id, "A backup of a machine is removed").await
    })
    .await
}

/// Begins to remove one that is ready, and notes that one is gone of which nothing is left. Others are left alone.
///
/// # Errors
/// Database errors.
pub(super) async fn begin(tx: &Tx, row: &Row, started_by: Option<PersonId>) -> Result<()> {
    match row.state {
        BackupState::Ready => {
            if !store::change(tx, row, BackupState::Deleting, None).await? {
                return Ok(());
            }
            let start = Start { place: row.place(), subject: &row.id.to_string(), started_by, key: None };
            let operation = BACKUP_DELETE.start(tx, start, &BackupDeleteInput { backup_id: row.id }).await?;
            store::set(tx, row.id, &[(Column::OperationId, Some(operation).into())]).await
        }
        BackupState::Failed => store::change(tx, row, BackupState::Deleted, None).await.map(drop),
        BackupState::Creating | BackupState::Deleting | BackupState::Deleted => Ok(()),
    }
}

/// A plan's backup may be in use by an open order when its time is over; that order comes first.
async fn remove(step: StepCx, input: BackupDeleteInput) -> Result<Next> {
    if instances::is_making_from(step.cx().db(), input.backup_id).await? {
        return Ok(Next::Again(IN_USE));
    }
    let row = store::by_id(step.cx().db(), &step.scope(), input.backup_id).await?;
    if row.test_memory_mib.is_some() {
        return Ok(Next::Again(IN_USE));
    }
    match drivers::of(step.cx(), &row.node_name)?.delete_backup(&name(row.id)?).await {
        Ok(()) => Ok(Next::Done),
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

async fn close(step: StepCx, input: BackupDeleteInput) -> Result<Next> {
    settle(&step, input.backup_id, BackupState::Deleted).await?;
    Ok(Next::Done)
}
