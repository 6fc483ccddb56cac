//! All machines of an organisation go at once, without grace: what an erasure asks for.

use kernel::{ByWorkflow, Cx, Result, Scope};

use super::model::{Instance, State};
use super::store::{self, Row};
use super::{retire, view};

/// The machines of an organisation that are not deleted.
///
/// # Errors
/// `Denied` by the gate; database errors.
pub async fn of_organisation(cx: &Cx, at: &Scope<ByWorkflow>) -> Result<Vec<Instance>> {
    let rows = store::of_organisation(cx.db(), at).await?;
    view::open_for(cx, at, rows, &kernel::map::purpose::RIGHTS).await
}

/// Begins to delete every machine of an organisation that can be deleted now. `None` while some
/// are left, so ask again; else how many there were in all.
///
/// # Errors
/// Database errors.
pub async fn evict(cx: &Cx, at: &Scope<ByWorkflow>) -> Result<Option<u64>> {
    let left = store::of_organisation(cx.db(), at).await?;
    for row in &left {
        begin(cx, row).await?;
    }
    if left.is_empty() { store::count_deleted(cx.db(), at).await.map(Some) } else { Ok(None) }
}

/// One that is being set up, switched or rebuilt has to come to rest first.
async fn begin(cx: &Cx, seen: &Row) -> Result<()> {
    cx.write(async |tx| {
        let at = Scope::<ByWorkflow>::acting("compute.instance.evict", seen.place());
        let row = store::locked(&tx, &at, seen.id).await?;
        let now = tx.cx().now();
        match row.state {
            State::Running | State::Stopped | State::Suspended | State::Rescue | State::Failed => {}
            // The deletion that waits for its grace gives way to one that does not.
            State::Deleting if row.delete_at.is_some_and(|at| at > now.0) => {}
            _ => return Ok(()),
        }
        retire::begin(&tx, &row, None, retire::Terms::at_once(now), "It is being deleted with its organisation.").await.map(drop)
    })
    .await
}
