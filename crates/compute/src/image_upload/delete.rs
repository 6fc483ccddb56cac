//! Ends an upload that is not whole.

use kernel::permission::Permission;
use kernel::{Cx, Result, Scope};

use super::view::uploading;
use crate::image::change::change;
use crate::image::store;
use crate::image::{ImageId, ImageState, Library};

/// Ends an upload; what has come of it goes.
///
/// # Errors
/// `NotFound` for what is no upload any more.
pub async fn delete<P: Permission>(cx: &Cx, at: &Scope<P>, id: ImageId) -> Result<()> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        uploading(&row)?;
        change(&tx, &row, ImageState::Deleted, None).await?;
        audit::record(&tx, at, id, "An upload of an image is given up").await
    })
    .await?;
    cx.extension::<Library>()?.remove(id).await
}
