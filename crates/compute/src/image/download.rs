//! Hands out an image's disk as it is read: what somebody brought, they take along.

use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};
use tokio::fs::File;

use super::library::{Library, trouble};
use super::list;
use super::model::{ImageId, ImageState};

/// A disk on its way out.
pub struct Download {
    /// A name for its file.
    pub file_name: String,
    /// How many bytes there are.
    pub bytes: u64,
    /// They themselves.
    pub content: File,
}

/// Opens the disk and notes on record that it was taken away.
///
/// # Errors
/// `NotFound`; `Conflict` when the image is not ready; `Unavailable`.
pub async fn download<P: Permission>(cx: &Cx, at: &Scope<P>, id: ImageId) -> Result<Download> {
    let image = list::view(cx, at, id).await?;
    if image.state != ImageState::Ready {
        return Err(Error::conflict("This image is not ready, so it cannot be downloaded."));
    }
    let content = File::open(cx.extension::<Library>()?.disk(id)).await.map_err(trouble)?;
    let bytes = content.metadata().await.map_err(trouble)?.len();
    cx.write(async |tx| audit::record(&tx, at, id, "An image was downloaded").await).await?;
    // Names are free text; a header's is not.
    let plain: String = image.name.chars().map(|letter| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '-' }).collect();
    let plain = plain.trim_end_matches(".qcow2");
    Ok(Download { file_name: format!("{}.qcow2", if plain.is_empty() { "image" } else { plain }), bytes, content })
}
