//! Tries a failed operation again: from the step where it stopped, or with the undo that could not be finished.

use kernel::{Error, Result, Tx};

use super::model::{OperationId, State};
use super::store::{self, operation};

/// Puts the operation back to work.
///
/// # Errors
/// `NotFound`; `Conflict` when it is at work, has succeeded, was undone, or is a part of another operation.
pub async fn retry(tx: &Tx, id: OperationId) -> Result<()> {
    let row = store::locked(tx, id).await?.ok_or_else(|| Error::not_found("operation"))?;
    // An undo that could not be finished outlives the operation that it was a part of.
    if row.parent_id.is_some() && row.state != State::NeedsOperator {
        return Err(Error::conflict("This is a part of another operation. Try that one again."));
    }
    match row.state {
        State::Failed | State::NeedsOperator => resume(tx, &row).await,
        State::Running | State::Undoing => Err(Error::conflict("This operation is still running.")),
        State::Succeeded => Err(Error::conflict("This operation has succeeded; there is nothing to try again.")),
        State::Undone => {
            Err(Error::conflict("All that this operation did was taken back, so there is no step to go on from. Ask for it anew where you asked first."))
        }
    }
}

/// The step that failed may be carried out by another operation, which then goes on too.
async fn resume(tx: &Tx, row: &operation::Model) -> Result<()> {
    if row.state == State::NeedsOperator {
        store::reset_undo(tx, row.id).await?;
        return store::set_state(tx, row, State::Undoing, None).await;
    }
    for child in store::unfinished_children(tx, row.id).await? {
        if matches!(child.state, State::Failed | State::Undone | State::NeedsOperator) {
            Box::pin(resume(tx, &child)).await?;
        }
    }
    store::reset_steps(tx, row.id).await?;
    store::set_state(tx, row, State::Running, None).await
}
