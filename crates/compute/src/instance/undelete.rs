//! Brings a machine back whose deletion is still in its grace. It is stopped then.

use kernel::permission::AtProject;
use kernel::{Cx, Error, Result, Scope};

use workflow::OperationId;

use super::model::{Instance, InstanceId, State};
use super::store::{self, Column};
use super::{change, view};

/// Brings it back.
///
/// # Errors
/// `NotFound`; `Conflict` when it is not being deleted or its grace has ended.
pub async fn undelete<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId) -> Result<Instance> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if row.state != State::Deleting {
            return Err(Error::conflict(format!("This machine is {}, not about to be deleted.", row.state.in_words())));
        }
        if row.node_id.is_none() || row.delete_at.is_none_or(|end| tx.cx().now().0 >= end) {
            return Err(Error::conflict("The grace of this machine has ended; it is being removed."));
        }
        change(&tx, &row, State::Stopped, "It was brought back.").await?;
        store::set(&tx, id, &[(Column::DeleteAt, None::<i64>.into()), (Column::OperationId, None::<OperationId>.into())]).await?;
        audit::record(&tx, at, id, "A machine was brought back").await
    })
    .await?;
    view::view(cx, at, id).await
}
