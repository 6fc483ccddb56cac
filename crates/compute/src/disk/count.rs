//! How many disks a project holds.

use kernel::{ByWorkflow, Result, Scope, Tx};

use super::store;

/// The disks in the project of `at` that are there, read within the caller's transaction.
///
/// # Errors
/// Database errors.
pub async fn count(tx: &Tx, at: &Scope<ByWorkflow>) -> Result<u64> {
    store::count_in_project(tx.db(), at).await
}
