//! Tells how far an upload is.

use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};

use super::hand_over::hand_over;
use crate::image::store::{self, Row};
use crate::image::{ImageId, ImageSource, ImageState, Library};

/// How many bytes of how many are here. An upload that is whole and was not handed over, because the program ended right then, is now.
///
/// # Errors
/// `NotFound` for what is no upload any more; `Unavailable` when the folder does not work.
pub async fn view<P: Permission>(cx: &Cx, at: &Scope<P>, id: ImageId) -> Result<(u64, u64)> {
    let row = store::by_id(cx.db(), at, id).await?;
    let total = total(&row);
    if matches!(row.state, ImageState::Checking | ImageState::Ready) && row.source == ImageSource::Upload {
        return Ok((total, total));
    }
    uploading(&row)?;
    let received = cx.extension::<Library>()?.received(id).await?;
    if received == total {
        hand_over(cx, &row).await?;
    }
    Ok((received, total))
}

/// How many bytes there will be.
pub(super) fn total(row: &Row) -> u64 {
    row.total_bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0)
}

/// Fails for what is no upload any more.
pub(super) fn uploading(row: &Row) -> Result<()> {
    if row.state == ImageState::Uploading { Ok(()) } else { Err(Error::not_found("upload")) }
}
