//! How many images a project has: what must be gone before it can be deleted.

use kernel::{ByWorkflow, Result, Scope, Tx};

use super::store;

/// How many there are, those on their way included.
///
/// # Errors
/// Database errors.
pub async fn count(tx: &Tx, at: &Scope<ByWorkflow>) -> Result<u64> {
    store::count_present(tx.db(), at).await
}
