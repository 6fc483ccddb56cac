//! All backups of an organisation go: what an erasure asks for.

use kernel::map::purpose;
use kernel::{ByWorkflow, Cx, Result, Scope};

use super::model::Backup;
use super::{create, delete, list, store};

/// The backups of an organisation that are not deleted.
///
/// # Errors
/// `Denied` by the gate; database errors.
pub async fn of_organisation(cx: &Cx, at: &Scope<ByWorkflow>) -> Result<Vec<Backup>> {
    let rows = store::of_organisation(cx.db(), at).await?;
    list::open(cx, at, rows, &purpose::RIGHTS).await
}

/// Begins to remove every backup of an organisation that can be removed now. `None` while some are left, so ask again;
/// else how many there were in all.
///
/// # Errors
/// Database errors.
pub async fn evict(cx: &Cx, at: &Scope<ByWorkflow>) -> Result<Option<u64>> {
    let left = store::of_organisation(cx.db(), at).await?;
    for row in &left {
        // One that is being made has to be there, or to fail, before it can go.
        cx.write(async |tx| {
            let inside = Scope::<ByWorkflow>::acting("compute.backup.evict", row.place());
            create::give_up(&tx, &inside, row.id, "Its machine was deleted with its organisation.").await?;
            delete::begin(&tx, &store::locked(&tx, &inside, row.id).await?, None).await
        })
        .await?;
    }
    if left.is_empty() { store::count_deleted(cx.db(), at).await.map(Some) } else { Ok(None) }
}
