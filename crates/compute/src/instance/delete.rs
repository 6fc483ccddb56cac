//! Begins a machine's deletion. Within its grace it can be brought back.

use std::time::Duration;

use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Result, Scope, setting};
use serde::Deserialize;
use utoipa::IntoParams;
use workflow::OperationId;

use super::model::{InstanceId, State};
use super::retire::{self, Terms};
use super::{last_backup, store};

/// Name of the setting with the grace in seconds.
pub const GRACE: &str = "compute.delete_grace_seconds";
const DEFAULT_GRACE_SECONDS: u64 = 600;

/// How a machine is deleted.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Deletion {
    /// Makes a last backup first. It stays until you delete it; if it cannot be made, the machine is not deleted.
    #[serde(default)]
    pub keep_backup: bool,
}

/// Begins to delete the machine. One that was never handed over has no grace.
///
/// # Errors
/// `NotFound`; `Conflict` while something else is being done to it, or when a last backup is asked for and cannot be made;
/// `Exhausted` when there is no place for it.
pub async fn delete<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: InstanceId, how: Deletion) -> Result<OperationId> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if !matches!(row.state, State::Running | State::Stopped | State::Suspended | State::Rescue | State::Failed) {
            return Err(Error::conflict(format!("This machine is {}, so it cannot be deleted now.", row.state.in_words())));
        }
        let seconds = setting::read(tx.db(), GRACE).await?.unwrap_or(DEFAULT_GRACE_SECONDS);
        let grace = if row.node_id.is_some() { Duration::from_secs(seconds) } else { Duration::ZERO };
        let last_backup = if how.keep_backup { Some(last_backup::reserve(&tx, at, &row).await?) } else { None };
        let terms = Terms { delete_at: tx.cx().now().plus(grace), last_backup };
        let operation = retire::begin(&tx, &row, at.actor().person(), terms, "It is being deleted.").await?;
        audit::record(&tx, at, id, "A machine is being deleted").await?;
        Ok(operation)
    })
    .await
}
