//! Extra disks: a folder for each, apart from the guests, with what is remembered about it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use compute_driver::{DISKS_PER_GUEST, Disk, DriverError, Reference, disk::serial};
use compute_host::folder;
use serde::{Deserialize, Serialize};

use super::record::{self, trouble};

/// The file that makes a folder a disk.
const FILE: &str = "disk.json";

/// A disk, with what we chose for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Extra {
    /// What it is and which guest has it.
    pub(crate) disk: Disk,
    /// The guest's port that it is behind, so that it has the same address there after every start.
    pub(crate) port: Option<usize>,
}

impl Extra {
    /// The name that its file has in QEMU, and the serial number that the guest sees.
    pub(crate) fn name(&self) -> String {
        serial(&self.disk.reference)
    }

    /// The name of its device in QEMU.
    pub(crate) fn device(&self) -> String {
        format!("v-{}", self.name())
    }
}

/// The folder of all extra disks.
fn folder_of(data_dir: &Path) -> PathBuf {
    data_dir.join("disks")
}

/// The folder of one.
pub(crate) fn dir(data_dir: &Path, disk: &Reference) -> PathBuf {
    folder_of(data_dir).join(disk.as_str())
}

/// Its file.
pub(crate) fn file(data_dir: &Path, disk: &Reference) -> PathBuf {
    dir(data_dir, disk).join("disk.qcow2")
}

/// The disk, if it is there.
pub(crate) fn find(data_dir: &Path, disk: &Reference) -> Option<Extra> {
    record::read(&dir(data_dir, disk).join(FILE))
}

/// The same for a caller that needs it.
pub(crate) fn known(data_dir: &Path, disk: &Reference) -> Result<Extra, DriverError> {
    find(data_dir, disk).ok_or_else(|| DriverError::conflict("there is no such disk"))
}

/// Remembers the disk in `dir`.
pub(crate) fn note(dir: &Path, extra: &Extra) -> Result<(), DriverError> {
    record::write(&dir.join(FILE), extra).map_err(trouble("cannot write the disk's record"))
}

/// Every disk, by reference.
pub(crate) fn all(data_dir: &Path) -> Result<Vec<Extra>, DriverError> {
    let entries = match fs::read_dir(folder_of(data_dir)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(trouble("cannot list the disks")(error)),
    };
    // Drafts and trash begin with a dot, which no reference does.
    let mut references: Vec<_> = entries.flatten().filter_map(|entry| Reference::parse(entry.file_name().to_str()?).ok()).collect();
    references.sort();
    Ok(references.iter().filter_map(|reference| find(data_dir, reference)).collect())
}

/// Those of a guest.
pub(crate) fn of_guest(data_dir: &Path, guest: &Reference) -> Result<Vec<Extra>, DriverError> {
    Ok(all(data_dir)?.into_iter().filter(|extra| extra.disk.guest.as_ref() == Some(guest)).collect())
}

/// The first port of a guest that none of its disks is behind.
pub(crate) fn free_port(of_guest: &[Extra]) -> Option<usize> {
    (0..DISKS_PER_GUEST).find(|port| of_guest.iter().all(|extra| extra.port != Some(*port)))
}

/// The folder under which a disk is made before it takes its name.
pub(crate) fn draft(data_dir: &Path, disk: &Reference) -> PathBuf {
    folder::beside(&dir(data_dir, disk), ".new")
}

/// The folder to which a disk moves when it is removed.
pub(crate) fn trash(data_dir: &Path, disk: &Reference) -> PathBuf {
    folder::beside(&dir(data_dir, disk), ".gone")
}
