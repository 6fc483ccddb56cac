//! How many private networks a project holds.

use kernel::{ByWorkflow, Result, Scope, Tx};

use super::store;

/// The networks in the project of `at` that are not deleted, read within the caller's transaction.
///
/// # Errors
/// Database errors.
pub async fn count(tx: &Tx, at: &Scope<ByWorkflow>) -> Result<u64> {
    store::count_in_project(tx.db(), at).await
}
