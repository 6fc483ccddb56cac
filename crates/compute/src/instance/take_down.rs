//! Removes a machine on behalf of a workflow above that could not complete: guest first, then its room.

use kernel::Result;
use workflow::{OperationId, StepCx};

use super::model::{InstanceId, State};
use super::store::{self, Column};
use super::{guest, release};
use crate::drivers;

/// Destroys the guest, if there is one, and releases the machine. Safe to repeat.
///
/// # Errors
/// The driver's; database errors.
pub async fn take_down(step: &StepCx, id: InstanceId, why: &str) -> Result<()> {
    let row = guest::row(step, id).await?;
    if row.node_name.is_some() {
        guest::driver(step, &row)?.destroy(&drivers::reference(id)?).await.map_err(drivers::said)?;
    }
    step.write(async |tx| release::release(&tx, &step.scope(), id, State::Failed, why).await).await
}

/// Notes the newest operation on a machine.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn note_operation<P: kernel::permission::AtProject>(tx: &kernel::Tx, at: &kernel::Scope<P>, id: InstanceId, operation: OperationId) -> Result<()> {
    let row = store::locked(tx, at, id).await?;
    store::set(tx, row.id, &[(Column::OperationId, Some(operation).into())]).await
}
