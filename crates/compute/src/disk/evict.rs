//! All disks of an organisation are destroyed: what an erasure asks for, once its machines are gone.

use kernel::map::purpose;
use kernel::{ByWorkflow, Cx, Result, Scope};

use super::model::Disk;
use super::{delete, list, store};

/// The disks of an organisation that are not deleted.
///
/// # Errors
/// `Denied` by the gate; database errors.
pub async fn of_organisation(cx: &Cx, at: &Scope<ByWorkflow>) -> Result<Vec<Disk>> {
    let rows = store::of_organisation(cx.db(), at).await?;
    list::open(cx, at, rows, &purpose::RIGHTS).await
}

/// Begins to remove every disk of an organisation that can be removed now. `None` while some are left, so ask again; else how many were
/// destroyed in all.
///
/// # Errors
/// Database errors.
pub async fn evict(cx: &Cx, at: &Scope<ByWorkflow>) -> Result<Option<u64>> {
    let left = store::of_organisation(cx.db(), at).await?;
    for row in &left {
        cx.write(async |tx| {
            let inside = Scope::<ByWorkflow>::acting("compute.disk.evict", row.place());
            let now = store::locked(&tx, &inside, row.id).await?;
            // One that a machine still has, or to which something is done, comes to rest first.
            delete::begin(&tx, &now, None).await
        })
        .await?;
    }
    if left.is_empty() { store::count_deleted(cx.db(), at).await.map(Some) } else { Ok(None) }
}
