//! How much room this host has.

use std::{fs, os::unix::fs::MetadataExt, path::Path, thread};

use compute_driver::{Capacity, DriverError};

use crate::record::trouble;

/// Room that must stay free on the host, so that running guests can still write.
pub const RESERVE_MIB: u64 = 512;

/// Bytes that a file occupies on the host.
///
/// # Errors
/// `Unavailable` with what the file system says.
pub fn allocated_bytes(path: &Path) -> Result<u64, DriverError> {
    let metadata = fs::metadata(path).map_err(trouble("cannot look at the disk"))?;
    // Blocks are counted in 512 bytes whatever the file system's own size is (stat(2)).
    Ok(metadata.blocks() * 512)
}

/// MiB that are free on the host at `path`.
///
/// # Errors
/// `Unavailable` with what the file system says.
pub fn free_mib(path: &Path) -> Result<u64, DriverError> {
    room_mib(path).map(|(_, free)| free)
}

/// MiB in total and free on the host at `path`.
///
/// # Errors
/// `Unavailable` with what the file system says.
pub fn room_mib(path: &Path) -> Result<(u64, u64), DriverError> {
    let found = rustix::fs::statvfs(path).map_err(|error| trouble("cannot see how much disk is free")(error.into()))?;
    let mib = |blocks: u64| blocks.saturating_mul(found.f_frsize) / (1024 * 1024);
    Ok((mib(found.f_blocks), mib(found.f_bavail)))
}

/// Room for guests whose disks are in `data_dir`, where the host tells.
pub fn capacity(data_dir: &Path) -> Option<Capacity> {
    let (disk_mib, disk_free_mib) = room_mib(data_dir).ok()?;
    Some(Capacity { cpus: thread::available_parallelism().ok()?.get().try_into().ok()?, memory_mib: memory_mib("MemTotal:")?, disk_mib, disk_free_mib })
}

/// A figure of `/proc/meminfo` in MiB; `field` ends in a colon.
pub fn memory_mib(field: &str) -> Option<u64> {
    let meminfo = fs::read_to_string("/proc/meminfo").ok()?;
    let kib: u64 = meminfo.lines().find_map(|line| line.strip_prefix(field))?.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024)
}
