//! Try a failed operation again: from the failed step if it stopped there, from the start if its
//! steps were undone, and with the undo if that is what could not be finished.

use kernel::{Cx, Error, Result};

use super::model::{OperationId, State};
use super::store;

/// Puts the operation back to work and gives its present view.
///
/// # Errors
/// `Conflict` when it is running or has succeeded.
pub(crate) async fn retry(cx: &Cx, id: OperationId) -> Result<super::Operation> {
    cx.write(async |tx| {
        let row = store::row(tx.db(), id).await?.ok_or_else(|| Error::not_found("operation"))?;
        let next = match row.state {
            State::Failed | State::Undone => State::Running,
            State::NeedsOperator => State::Undoing,
            State::Running | State::Undoing => return Err(Error::conflict("This operation is still running.")),
            State::Succeeded => return Err(Error::conflict("This operation has succeeded; there is nothing to try again.")),
        };
        if next == State::Running {
            store::reset_steps(&tx, id).await?;
        }
        store::set_state(&tx, &row, next, None).await
    })
    .await?;
    store::view(cx.db(), id).await?.ok_or_else(|| Error::not_found("operation"))
}
