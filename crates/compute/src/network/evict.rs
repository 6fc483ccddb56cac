//! All networks of an organisation go: what an erasure asks for, once its machines are gone.

use kernel::map::purpose;
use kernel::{ByWorkflow, Cx, Result, Scope};

use super::model::Network;
use super::{delete, list, store};

/// The networks of an organisation that are not deleted.
///
/// # Errors
/// `Denied` by the gate; database errors.
pub async fn of_organisation(cx: &Cx, at: &Scope<ByWorkflow>) -> Result<Vec<Network>> {
    let rows = store::of_organisation(cx.db(), at).await?;
    list::open(cx, at, rows, &purpose::RIGHTS).await
}

/// Begins to remove every network of an organisation. `None` while some are left, so ask again; else how many there were in all.
///
/// # Errors
/// Database errors.
pub async fn evict(cx: &Cx, at: &Scope<ByWorkflow>) -> Result<Option<u64>> {
    let left = store::of_organisation(cx.db(), at).await?;
    for row in &left {
        cx.write(async |tx| {
            let inside = Scope::<ByWorkflow>::acting("compute.network.evict", row.place());
            let now = store::locked(&tx, &inside, row.id).await?;
            // A machine that is still there goes first.
            if crate::card::store::is_used(tx.db(), row.id).await? { Ok(false) } else { delete::begin(&tx, &now, None).await }
        })
        .await?;
    }
    if left.is_empty() { store::count_deleted(cx.db(), at).await.map(Some) } else { Ok(None) }
}
