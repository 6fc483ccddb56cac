//! Begins a machine's deletion. Within its grace it can be brought back.

use std::time::Duration;

use kernel::permission::AtProject;
use kernel::{Cx, Error, Result, Scope, setting};
use workflow::OperationId;

use super::model::{InstanceId, State};
use super::{retire, store};

/// Name of the setting with the grace in seconds.
pub const GRACE: &str = "compute.delete_grace_seconds";
const DEFAULT_GRACE_SECONDS: u64 = 600;

/// Begins to delete the machine. One that was never handed over has no grace.
///
/// # Errors
/// `NotFound`; `Conflict` while something else is being done to it.
pub async fn delete<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId) -> Result<OperationId> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if !matches!(row.state, State::Running | State::Stopped | State::Suspended | State::Rescue | State::Failed) {
            return Err(Error::conflict(format!("This machine is {}, so it cannot be deleted now.", row.state.in_words())));
        }
        let seconds = setting::read(tx.db(), GRACE).await?.unwrap_or(DEFAULT_GRACE_SECONDS);
        let grace = if row.node_id.is_some() { Duration::from_secs(seconds) } else { Duration::ZERO };
        let delete_at = tx.cx().now().plus(grace);
        let operation = retire::begin(&tx, &row, at.actor().person(), delete_at, "It is being deleted.").await?;
        audit::record(&tx, at, id, "A machine is being deleted").await?;
        Ok(operation)
    })
    .await
}
