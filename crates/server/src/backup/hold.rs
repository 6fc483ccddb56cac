//! Who may touch an installation: serving processes share it, restoring and moving want it alone.

use std::fs::{File, TryLockError};
use std::path::Path;

use kernel::{Error, Result};

/// A hold on a data folder; it ends with the process at the latest.
#[derive(Debug)]
pub struct Hold {
    _file: File,
}

impl Hold {
    /// For serving. `shared` is for databases that take several processes.
    ///
    /// # Errors
    /// `Conflict` when somebody has it alone.
    pub fn serving(folder: &Path, shared: bool) -> Result<Self> {
        let file = Self::file(folder)?;
        let taken = if shared { file.try_lock_shared() } else { file.try_lock() };
        Self::held(
            file,
            taken,
            "Another process serves this data folder or works on it. The embedded database belongs to one process: stop the other one, or use PostgreSQL.",
        )
    }

    /// For work that nobody may see half-done.
    ///
    /// # Errors
    /// `Conflict` when somebody serves.
    pub fn alone(folder: &Path) -> Result<Self> {
        let file = Self::file(folder)?;
        let taken = file.try_lock();
        Self::held(file, taken, "Fairhold is serving this data folder. Stop every process of it, then try again.")
    }

    fn file(folder: &Path) -> Result<File> {
        let path = folder.join("serving.lock");
        let opened = std::fs::create_dir_all(folder).and_then(|()| File::options().create(true).truncate(false).write(true).open(&path));
        opened.map_err(|error| Error::internal(format!("{} cannot be opened", path.display())).caused_by(error))
    }

    fn held(file: File, taken: std::result::Result<(), TryLockError>, busy: &str) -> Result<Self> {
        match taken {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::conflict(busy)),
            Err(TryLockError::Error(error)) => Err(Error::internal("the data folder cannot be locked").caused_by(error)),
        }
    }
}
