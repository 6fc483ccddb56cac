//! Words for what is kept of a guest: snapshots beside its disk, and backups apart from it.

use serde::{Deserialize, Serialize};
use tokio::io::AsyncRead;

use crate::{DriverError, Reference, guest::Size};

/// How far work that may take long has come.
///
/// Whoever hears `Working` asks again with the same arguments until the answer is `Done`; a driver never begins the same work twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Progress<T> {
    /// It goes on.
    Working {
        /// How much is done, 0 to 100, where the hypervisor tells.
        percent: Option<u8>,
    },
    /// It is done, and this is what came of it.
    Done(T),
}

impl<T> Progress<T> {
    /// What came of it, once it is done.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(it) => Some(it),
            Self::Working { .. } => None,
        }
    }
}

/// A snapshot that shall be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotSpec {
    /// The name it carries: chosen before the first call, at most 40 characters, beginning with a letter.
    pub name: Reference,
    /// Whether the memory of a running guest is kept too. A stopped guest has none.
    pub memory: bool,
}

impl SnapshotSpec {
    /// Whether any hypervisor could take it.
    ///
    /// # Errors
    /// `Refused` for a name that does not fit.
    pub fn check(&self) -> Result<(), DriverError> {
        let name = self.name.as_str();
        let fits = name.len() <= 40 && name.starts_with(|first: char| first.is_ascii_lowercase()) && name != "current";
        if fits { Ok(()) } else { Err(DriverError::refused("a snapshot's name has 1 to 40 characters and begins with a letter")) }
    }
}

/// A snapshot as the hypervisor knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The name it carries.
    pub name: Reference,
    /// Whether it holds memory.
    pub memory: bool,
    /// When it was taken, microseconds since 1970.
    pub taken_at_us: i64,
    /// What it occupies, where the hypervisor tells.
    pub bytes: Option<u64>,
}

/// What an archive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupFormat {
    /// QEMU's own disk format: `qemu-img` and every hypervisor's import read it.
    Qcow2,
    /// Proxmox VE's archive of settings and disks, as `vzdump` writes it.
    Vma,
    /// A tar archive of the guest's files, with their owners: any `tar` reads it.
    Tar,
}

/// A backup as the hypervisor knows it: a whole disk, or everything on it, apart from the guest and outliving it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// The name it carries.
    pub name: Reference,
    /// The guest it was made of.
    pub guest: Reference,
    /// The template that guest was made from.
    pub template: String,
    /// How large that guest was.
    pub size: Size,
    /// When it was taken, microseconds since 1970.
    pub taken_at_us: i64,
    /// What the archive occupies.
    pub bytes: u64,
    /// What the archive is.
    pub format: BackupFormat,
}

/// The bytes of an archive on their way out.
pub struct BackupStream {
    /// What they are.
    pub format: BackupFormat,
    /// How many there are.
    pub bytes: u64,
    /// They themselves, from the first on.
    pub content: Box<dyn AsyncRead + Send + Unpin>,
}
