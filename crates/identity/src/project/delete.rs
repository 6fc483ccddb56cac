//! Deleting an empty project. What is in one is known above this domain, so whoever knows answers.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Cx, Error, Place, Result, Scope, Tx};

use super::store;
use crate::permissions::ProjectDelete;

/// Knows what projects hold. The server puts it in as the extension `Arc<dyn Contents>`; without
/// it no project is deleted.
#[async_trait]
pub trait Contents: Send + Sync {
    /// What is in the project, in words such as "2 machines"; nothing when it is empty.
    ///
    /// # Errors
    /// Database errors.
    async fn of(&self, tx: &Tx, project: Place) -> Result<Option<String>>;
}

/// Deletes the project of `at`.
///
/// # Errors
/// `Conflict` while it holds something, and for the last project of its organisation.
pub async fn delete(cx: &Cx, at: &Scope<ProjectDelete>) -> Result<()> {
    let project = at.project_id()?;
    let contents = cx.extension::<Arc<dyn Contents>>()?;
    cx.write(async |tx| {
        if store::locked_count(&tx, at).await? < 2 {
            return Err(Error::conflict("An organisation keeps at least one project."));
        }
        if let Some(held) = contents.of(&tx, at.place()).await? {
            return Err(Error::conflict(format!("This project still holds {held}. Delete that first.")));
        }
        store::remove(tx.db(), at).await?;
        audit::record(&tx, at, project, "Deleted a project").await
    })
    .await
}
