//! The last backup of a machine that is deleted: nothing is destroyed before it is there. It outlives the machine, as every backup does
//! that a person asked for.

use compute_driver::Feature;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Error, Kind, Result, Scope, Tx};
use workflow::operation::by_subject;
use workflow::{Next, StepCx};

use super::change;
use super::model::State;
use super::retire::{RetireInput, brought_back, still_wanted};
use super::store::{self, Column, Row};
use crate::backup::{self, Asked, BACKUP_CREATE, BackupId, BackupInput};
use crate::node;

const NAME: &str = "Last backup";
const SPARED: &str = "Its last backup could not be made, so it was not deleted. The operation says why.";

/// Takes a place for the backup in the caller's transaction, which has locked `row`.
///
/// # Errors
/// `Conflict` when the machine or its node cannot be backed up; `Exhausted` when the quota is used up.
pub(super) async fn reserve<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, row: &Row) -> Result<BackupId> {
    if row.state == State::Failed {
        return Err(Error::conflict("This machine is not usable, so no backup of it can be made. Delete it without one."));
    }
    node::must_have(tx, row.node_id, Feature::Backups).await?;
    if backup::store::is_creating(tx, at, row.id).await? {
        return Err(Error::conflict("A backup of this machine is being made already. Wait until it is there."));
    }
    backup::reserve(tx, at, row, &Asked { name: NAME, due_at: None }).await
}

/// Makes it. One that cannot be made ends the deletion: the machine stays, switched off.
pub(super) async fn copy(step: StepCx, input: RetireInput) -> Result<Next> {
    let Some(id) = input.last_backup else { return Ok(Next::Done) };
    if step.write(async |tx| still_wanted(&tx, &step, &input).await).await?.is_none() {
        return brought_back(&step, &input).await;
    }
    let made = step.child(&BACKUP_CREATE, &id.to_string(), &BackupInput { backup_id: id, instance_id: input.instance_id }).await;
    note_operation(&step, id).await?;
    match made {
        Err(error) if error.kind() == Kind::Conflict => {
            spare(&step, &input).await?;
            Err(Error::conflict(format!("The last backup could not be made, so the machine is not deleted. {error}")).caused_by(error))
        }
        other => other,
    }
}

/// Lets the backup show the operation that makes it.
async fn note_operation(step: &StepCx, id: BackupId) -> Result<()> {
    let Some(operation) = by_subject(step.cx().db(), BACKUP_CREATE.name, &id.to_string()).await? else { return Ok(()) };
    step.write(async |tx| backup::store::set(&tx, id, &[(backup::store::Column::OperationId, Some(operation.id).into())]).await).await
}

/// Brings the machine back, unless that has happened already.
async fn spare(step: &StepCx, input: &RetireInput) -> Result<()> {
    step.write(async |tx| {
        let Some(row) = still_wanted(&tx, step, input).await? else { return Ok(()) };
        change(&tx, &row, State::Stopped, SPARED).await?;
        store::set(&tx, row.id, &[(Column::DeleteAt, None::<i64>.into()), (Column::StateReason, Some(SPARED.to_owned()).into())]).await
    })
    .await
}
