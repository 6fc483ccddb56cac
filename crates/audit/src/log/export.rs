//! A copy of the log as files that any web server can offer and any verifier can read.

use std::path::Path;

use kernel::{Cx, Error, Result};

use super::sign::{newest, verifier_key};
use super::tile::{self, Tile};

/// Writes `checkpoint`, `key` and `tile/…` into `folder`; tells how many tiles there are.
///
/// # Errors
/// `Internal` when a file cannot be written; database errors.
pub async fn export(cx: &Cx, folder: &Path) -> Result<usize> {
    let (size, checkpoint) = newest(cx).await?;
    let tiles = Tile::all(size);
    for tile in &tiles {
        write(&folder.join("tile").join(tile.path()), &tile::bytes(cx.db(), *tile).await?).await?;
    }
    write(&folder.join("key"), format!("{}\n", verifier_key(cx)?).as_bytes()).await?;
    // Last, so that whoever finds a checkpoint finds all tiles that it covers.
    write(&folder.join("checkpoint"), checkpoint.as_bytes()).await?;
    Ok(tiles.len())
}

async fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: std::io::Error| Error::internal(format!("{} cannot be written", path.display())).caused_by(error);
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(failed)?;
    }
    tokio::fs::write(path, bytes).await.map_err(failed)
}
