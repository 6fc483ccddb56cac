//! Puts an act on record, in the transaction that makes it true.

use kernel::map::{Purpose, purpose};
use kernel::permission::Permission;
use kernel::{Result, Scope, Tx};

use super::model::Outcome;
use super::store;

/// Records that the holder of `at` did what `P` allows to `target` (an id).
/// `summary` says it in words and holds no personal values.
///
/// # Errors
/// Database errors.
pub async fn record<P: Permission>(tx: &Tx, at: &Scope<P>, target: impl ToString, summary: impl Into<String>) -> Result<()> {
    record_for(tx, at, &purpose::OPERATE, target, summary).await
}

/// Records that it was tried and refused. Write it in a transaction of its own: that of the act was
/// rolled back.
///
/// # Errors
/// Database errors.
pub async fn refused<P: Permission>(tx: &Tx, at: &Scope<P>, target: impl ToString, summary: impl Into<String>) -> Result<()> {
    store::insert(tx, at, store::New { why: &purpose::SECURITY, target: target.to_string(), summary: summary.into(), outcome: Outcome::Failed }).await?;
    Ok(())
}

/// The same for an act with a purpose of its own; it is shown when the actor is staff.
///
/// # Errors
/// Database errors.
pub async fn record_for<P: Permission>(tx: &Tx, at: &Scope<P>, why: &'static Purpose, target: impl ToString, summary: impl Into<String>) -> Result<()> {
    store::insert(tx, at, store::New { why, target: target.to_string(), summary: summary.into(), outcome: Outcome::Succeeded }).await?;
    Ok(())
}
