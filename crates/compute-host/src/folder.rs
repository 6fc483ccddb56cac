//! Folders of guests: names beside each other, short names for sockets, and removing them.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use compute_driver::DriverError;
use sha2::{Digest, Sha256};

use crate::record::trouble;

/// A unix socket's path must fit in 107 bytes (unix(7)); ours end in `/<16 digits>/<3 letters>`.
const LONGEST_RUN_DIR: usize = 80;

/// The folder of all guests.
pub fn guests(data_dir: &Path) -> PathBuf {
    data_dir.join("guests")
}

/// 16 digits that stand for `text`.
pub fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// `<folder>` with `prefix-` before its name. Names with a dot are no references, so such a folder is never taken for a guest.
pub fn beside(folder: &Path, prefix: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!("{prefix}-{name}"))
}

/// The folder for sockets of guests under `data_dir`: near it, or where its own name is too long for sockets, under `/tmp`.
pub fn run_base(data_dir: &Path) -> PathBuf {
    let near = data_dir.join("run");
    if near.as_os_str().len() <= LONGEST_RUN_DIR { near } else { PathBuf::from("/tmp").join(format!("fairhold-{}", digest(&data_dir.display().to_string()))) }
}

/// Makes a folder that nobody else can enter. One that somebody else prepared in a public place is not accepted.
///
/// # Errors
/// `PermissionDenied` for somebody else's, and what the file system says.
pub fn private(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let found = fs::symlink_metadata(path)?;
    if found.is_dir() && found.uid() == rustix::process::geteuid().as_raw() {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("{} belongs to somebody else", path.display())))
    }
}

/// Removes a folder with everything in it; one that is gone is no fault.
///
/// # Errors
/// `Unavailable` with what the file system says.
pub fn remove(folder: &Path) -> Result<(), DriverError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(trouble("cannot remove a folder")(error)),
        _ => Ok(()),
    }
}

/// The same for a file.
///
/// # Errors
/// `Unavailable` with what the file system says.
pub fn remove_file(path: &Path) -> Result<(), DriverError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(trouble("cannot remove a file")(error)),
        _ => Ok(()),
    }
}
