//! Where the files of images are: one folder for each, with what has come so far, or the finished disk. All processes of an installation
//! see the same folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kernel::egress::Reach;
use kernel::{Error, Result};
use tokio::fs;

use super::inspect::full;
use super::model::ImageId;

/// Room that stays free for everything else on the host.
const RESERVE: u64 = 1 << 30;

/// The files of images. The server puts this in as an extension.
#[derive(Clone, Debug)]
pub struct Library {
    folder: PathBuf,
    reach: Arc<Reach>,
}

impl Library {
    /// Keeps files under `folder` and fetches within `reach`.
    pub fn new(folder: PathBuf, reach: Reach) -> Self {
        Self { folder, reach: Arc::new(reach) }
    }

    /// Where files may be fetched from.
    pub(crate) fn reach(&self) -> &Arc<Reach> {
        &self.reach
    }

    fn dir(&self, id: ImageId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// What has come so far.
    pub(crate) fn part(&self, id: ImageId) -> PathBuf {
        self.dir(id).join("part")
    }

    /// What tells the version of the publisher's file that it is a part of.
    pub(crate) fn validator(&self, id: ImageId) -> PathBuf {
        self.dir(id).join("validator")
    }

    /// A disk that is being written in another format.
    pub(crate) fn draft(&self, id: ImageId) -> PathBuf {
        self.dir(id).join("draft")
    }

    /// The finished disk.
    pub(crate) fn disk(&self, id: ImageId) -> PathBuf {
        self.dir(id).join("disk.qcow2")
    }

    /// Makes the image's folder and opens what has come so far, to be read and written. What is there stays.
    pub(crate) async fn open_part(&self, id: ImageId) -> Result<fs::File> {
        fs::create_dir_all(self.dir(id)).await.map_err(trouble)?;
        fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(self.part(id)).await.map_err(trouble)
    }

    /// How many bytes have come so far.
    pub(crate) async fn received(&self, id: ImageId) -> Result<u64> {
        match fs::metadata(self.part(id)).await {
            Ok(part) => Ok(part.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(trouble(error)),
        }
    }

    /// Fails without room for `bytes` more.
    pub(crate) async fn has_room(&self, bytes: u64) -> Result<()> {
        fs::create_dir_all(&self.folder).await.map_err(trouble)?;
        let found = rustix::fs::statvfs(&self.folder).map_err(|error| trouble(error.into()))?;
        if found.f_bavail.saturating_mul(found.f_frsize) < bytes.saturating_add(RESERVE) { Err(full()) } else { Ok(()) }
    }

    /// Removes everything of the image; already gone is success.
    pub(crate) async fn remove(&self, id: ImageId) -> Result<()> {
        gone(fs::remove_dir_all(self.dir(id)).await)
    }

    /// Removes what has come so far.
    pub(crate) async fn forget_part(&self, id: ImageId) -> Result<()> {
        gone(fs::remove_file(self.validator(id)).await)?;
        gone(fs::remove_file(self.part(id)).await)
    }
}

fn gone(done: io::Result<()>) -> Result<()> {
    match done {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(trouble(error)),
        _ => Ok(()),
    }
}

/// What the file system says, for callers.
pub(crate) fn trouble(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => full().caused_by(error),
        _ => Error::unavailable("The folder of images does not work now.").caused_by(error),
    }
}

/// Gives a file its name, so that it is there after a power cut too.
pub(super) async fn settle(from: &Path, to: &Path) -> Result<()> {
    fs::File::open(from).await.map_err(trouble)?.sync_all().await.map_err(trouble)?;
    fs::rename(from, to).await.map_err(trouble)?;
    let folder = to.parent().unwrap_or(to);
    fs::File::open(folder).await.map_err(trouble)?.sync_all().await.map_err(trouble)
}
