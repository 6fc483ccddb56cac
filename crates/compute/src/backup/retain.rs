//! Removes backups that a plan made and keeps no longer. What a person made stays until a person removes it.

use kernel::permission::AtProject;
use kernel::{Result, Scope, Tx};

use super::delete;
use super::model::BackupState;
use super::store;
use crate::backup_plan;
use crate::instance::{InstanceId, State, store as instances};

/// Begins to remove what the machine's plan keeps no longer. Without a plan everything is kept; without the machine, nothing.
///
/// # Errors
/// Database errors.
pub(crate) async fn retain<P: AtProject>(tx: &Tx, at: &Scope<P>, instance: InstanceId) -> Result<()> {
    let machine = instances::locked(tx, at, instance).await?;
    let keep = match backup_plan::store::find(tx.db(), at, instance).await? {
        _ if machine.state == State::Deleted => 0,
        Some(plan) => usize::try_from(plan.keep).unwrap_or(0),
        None => return Ok(()),
    };
    let rows = store::scheduled(tx, at, instance).await?;
    let newest = rows.iter().find(|row| row.state == BackupState::Ready).map(|row| row.id);
    for row in rows.iter().filter(|row| row.state == BackupState::Ready).skip(keep) {
        delete::begin(tx, row, None).await?;
    }
    // What failed is of no interest once a newer one is there.
    for row in rows.iter().filter(|row| row.state == BackupState::Failed && (keep == 0 || newest.is_some_and(|newest| row.id < newest))) {
        delete::begin(tx, row, None).await?;
    }
    Ok(())
}

/// The machine is gone: so is its plan, and what its plan made is removed. Safe to repeat.
///
/// # Errors
/// Database errors.
pub(crate) async fn gone_with_machine<P: AtProject>(tx: &Tx, at: &Scope<P>, instance: InstanceId) -> Result<()> {
    backup_plan::store::remove(tx, at, instance).await?;
    for row in store::scheduled(tx, at, instance).await? {
        delete::begin(tx, &row, None).await?;
    }
    Ok(())
}
