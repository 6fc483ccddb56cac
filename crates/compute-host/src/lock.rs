//! One change at a time for each guest, over all processes that share a data folder.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
    time::Duration,
};

use compute_driver::{DriverError, Reference};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use crate::record::trouble;

/// A start waits for QEMU at most half of this.
const PATIENCE: Duration = Duration::from_secs(60);

/// Held until it is dropped; the kernel lets go of it when the process dies.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// The right to change the guest, waited for. Guests share 256 lock files, so that destroyed ones leave none behind.
    ///
    /// # Errors
    /// `Unavailable` when another change takes too long.
    pub async fn guest(data_dir: &Path, reference: &Reference) -> Result<Self, DriverError> {
        Self::named(data_dir, &name_of(reference)).await
    }

    /// The same, if nobody holds it now.
    pub fn guest_at_once(data_dir: &Path, reference: &Reference) -> Option<Self> {
        let file = open(data_dir, &name_of(reference)).ok()?;
        file.try_lock().ok()?;
        Some(Self { _file: file })
    }

    /// The right to change the network. Whoever wants a guest's too takes the guest's first.
    ///
    /// # Errors
    /// As [`Lock::guest`].
    pub async fn network(data_dir: &Path, reference: &Reference) -> Result<Self, DriverError> {
        Self::named(data_dir, &format!("network-{}", name_of(reference))).await
    }

    /// The right to change the extra disk. Whoever wants a guest's too takes the guest's first.
    ///
    /// # Errors
    /// As [`Lock::guest`].
    pub async fn disk(data_dir: &Path, reference: &Reference) -> Result<Self, DriverError> {
        Self::named(data_dir, &format!("disk-{}", name_of(reference))).await
    }

    /// The right to hand out ports, addresses and ids.
    ///
    /// # Errors
    /// `Unavailable` when another takes too long.
    pub async fn ports(data_dir: &Path) -> Result<Self, DriverError> {
        Self::named(data_dir, "ports").await
    }

    async fn named(data_dir: &Path, name: &str) -> Result<Self, DriverError> {
        let file = open(data_dir, name)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(Duration::from_millis(20)).await,
                Err(TryLockError::WouldBlock) => {
                    return Err(DriverError::unavailable("another change of this guest is still under way"));
                }
                Err(TryLockError::Error(error)) => {
                    return Err(trouble("cannot lock the guest")(error));
                }
            }
        }
    }
}

fn name_of(reference: &Reference) -> String {
    let digest = Sha256::digest(reference.as_str());
    format!("{:02x}", digest.first().copied().unwrap_or_default())
}

fn open(data_dir: &Path, name: &str) -> Result<File, DriverError> {
    let dir = data_dir.join("locks");
    fs::create_dir_all(&dir).map_err(trouble("cannot make the folder of locks"))?;
    File::create(dir.join(name)).map_err(trouble("cannot open a lock"))
}
