//! Hands out a backup's archive as it is read, so that a large one needs no more memory than a small one.

use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Result, Scope};
use tokio::io::AsyncRead;

use super::create::name;
use super::list;
use super::model::{BackupFormat, BackupId, BackupState};
use super::store;
use crate::drivers;

/// An archive on its way out.
pub struct Archive {
    /// A name for its file.
    pub file_name: String,
    /// What it is.
    pub format: BackupFormat,
    /// How many bytes there are.
    pub bytes: u64,
    /// They themselves.
    pub content: Box<dyn AsyncRead + Send + Unpin>,
}

/// Opens the archive and notes on record that it was taken away.
///
/// # Errors
/// `NotFound`; `Conflict` when the backup is not ready or its hypervisor hands out no archives; `Unavailable`.
pub async fn download<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: BackupId) -> Result<Archive> {
    let backup = list::view(cx, at, id).await?;
    let row = store::by_id(cx.db(), at, id).await?;
    if backup.state != BackupState::Ready {
        return Err(Error::conflict("This backup is not ready, so it cannot be downloaded."));
    }
    let opened = drivers::of(cx, &row.node_name)?.open_backup(&name(id)?).await.map_err(drivers::said)?;
    cx.write(async |tx| audit::record(&tx, at, id, "A backup was downloaded").await).await?;
    let taken = backup.taken_at.unwrap_or(backup.created_at).to_jiff().strftime("%Y-%m-%d-%H%M");
    let format = BackupFormat::from(opened.format);
    let file_name = format!("{}-{taken}.{}", backup.hostname, format.extension());
    Ok(Archive { file_name, format, bytes: opened.bytes, content: opened.content })
}
