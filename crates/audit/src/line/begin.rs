//! Acts that go on after the commit: put on record when they begin, completed when their end is known.

use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{Result, Scope, Tx};

use super::model::{AuditId, Outcome};
use super::store;

/// Records the beginning of an act; keep the id for [`complete`].
///
/// # Errors
/// Database errors.
pub async fn begin<P: Permission>(tx: &Tx, at: &Scope<P>, target: impl ToString, summary: impl Into<String>) -> Result<AuditId> {
    store::insert(tx, at, store::New { why: &purpose::OPERATE, target: target.to_string(), summary: summary.into(), outcome: Outcome::Started }).await
}

/// Records the end of an act. Repeating it changes nothing: the first end stands.
///
/// # Errors
/// Database errors.
pub async fn complete(tx: &Tx, id: AuditId, outcome: Outcome) -> Result<()> {
    store::set_outcome(tx, id, outcome).await
}
