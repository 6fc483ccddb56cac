//! What all that is done to a disk has in common: it begins at rest, goes on at its hypervisor, and comes to rest again.

use std::sync::Arc;

use compute_driver::{Driver, Reference};
use kernel::{Error, Result, Tx};
use workflow::{OperationId, StepCx};

use super::model::{DiskId, DiskState};
use super::store::{self, Column, Row};
use crate::drivers;
use crate::instance::InstanceId;

/// The name that a disk carries on its hypervisor.
pub(super) fn reference(id: DiskId) -> Result<Reference> {
    Reference::parse(&id.to_string()).map_err(|error| Error::internal("a disk's id is no reference").caused_by(error))
}

/// Brings a disk at rest to `to`; the caller has locked it.
///
/// # Errors
/// `Conflict` when something is being done to it, or it is gone.
pub(super) async fn leave_rest(tx: &Tx, row: &Row, to: DiskState) -> Result<()> {
    if store::change(tx, row, to).await? {
        return Ok(());
    }
    Err(Error::conflict(match row.state {
        DiskState::Lost => "The node of this disk does not have it any more. Delete it, or wait until it is back.".to_owned(),
        state => format!("This disk is {}. Wait until that has ended.", state.in_words()),
    }))
}

/// Notes the newest operation on a disk.
pub(super) async fn begun(tx: &Tx, id: DiskId, operation: OperationId) -> Result<()> {
    store::set(tx, id, &[(Column::OperationId, Some(operation).into())]).await
}

/// The disk that a step works on, and its hypervisor.
pub(super) async fn at_work(step: &StepCx, id: DiskId) -> Result<(Row, Reference, Arc<dyn Driver>)> {
    let row = store::by_id(step.cx().db(), &step.scope(), id).await?;
    let driver = drivers::of(step.cx(), &row.node_name)?;
    Ok((row, reference(id)?, driver))
}

/// Brings a disk back to rest, with its machine as `holder` says, unless another operation has begun since. Safe to repeat, and right for
/// an undo after the last step, too.
pub(super) async fn rest(step: &StepCx, id: DiskId, holder: Option<InstanceId>) -> Result<()> {
    step.write(async |tx| {
        let row = store::locked(&tx, &step.scope(), id).await?;
        if row.operation_id != Some(step.operation()) {
            return Ok(());
        }
        store::change(&tx, &row, DiskState::Ready).await?;
        store::set(&tx, id, &[(Column::InstanceId, holder.into())]).await
    })
    .await
}
