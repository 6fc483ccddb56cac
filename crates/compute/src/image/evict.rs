//! All images of an organisation go: what an erasure asks for.

use kernel::map::purpose;
use kernel::{ByWorkflow, Cx, Result, Scope};

use super::change::change;
use super::library::Library;
use super::model::{Image, ImageState};
use super::{delete, list, store};
use crate::instance::store as instances;

/// The images of an organisation that are not deleted.
///
/// # Errors
/// `Denied` by the gate; database errors.
pub async fn of_organisation(cx: &Cx, at: &Scope<ByWorkflow>) -> Result<Vec<Image>> {
    let rows = store::of_organisation(cx.db(), at).await?;
    list::open(cx, at, rows, &purpose::RIGHTS).await
}

/// Begins to remove every image of an organisation that can be removed now. `None` while some are left, so ask again;
/// else how many there were in all.
///
/// # Errors
/// Database errors; `Unavailable` when the folder of images does not work.
pub async fn evict(cx: &Cx, at: &Scope<ByWorkflow>) -> Result<Option<u64>> {
    let left = store::of_organisation(cx.db(), at).await?;
    for row in &left {
        let inside = Scope::<ByWorkflow>::acting("compute.image.evict", row.place());
        let gone = cx
            .write(async |tx| {
                let row = store::locked(&tx, &inside, row.id).await?;
                match row.state {
                    // Machines go first; what is looked at will soon be ready or have failed.
                    ImageState::Ready if instances::made_of(tx.db(), [row.id.on_nodes()]).await?.is_empty() => {
                        delete::begin(&tx, &row, None).await?;
                        Ok(false)
                    }
                    ImageState::Uploading | ImageState::Failed => change(&tx, &row, ImageState::Deleted, None).await,
                    _ => Ok(false),
                }
            })
            .await?;
        if gone {
            cx.extension::<Library>()?.remove(row.id).await?;
        }
    }
    if left.is_empty() { store::count_deleted(cx.db(), at).await.map(Some) } else { Ok(None) }
}
