//! A guest's disk: an overlay over its template's, or an empty one.

use std::{os::unix::fs::MetadataExt, path::Path};

use compute_driver::DriverError;

use super::record::trouble;
use crate::{image::Template, process::run};

/// Room that must stay free on the host, so that running guests can still write.
const RESERVE_MIB: u64 = 512;

/// Makes the disk at `path` with `gib` GiB.
pub(crate) async fn create(path: &Path, gib: u32, template: &Template) -> Result<(), DriverError> {
    let parent = path.parent().unwrap_or(path);
    let free_mib = free_mib(parent)?;
    if free_mib < RESERVE_MIB {
        return Err(DriverError::unavailable(format!(
            "only {free_mib} MiB of disk are free on this host"
        )));
    }
    let size = format!("{gib}G");
    let file = path.as_os_str();
    match template.disk() {
        Some(base) => {
            let base = base.as_os_str();
            let args = ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b"].map(AsRef::as_ref);
            run(
                "qemu-img",
                args.into_iter().chain([base, file, size.as_ref()]),
            )
            .await
        }
        None => {
            let args = ["create", "-q", "-f", "qcow2"].map(AsRef::as_ref);
            run("qemu-img", args.into_iter().chain([file, size.as_ref()])).await
        }
    }
}

/// Bytes that the disk occupies on the host.
pub(crate) fn allocated_bytes(path: &Path) -> Result<u64, DriverError> {
    let metadata = std::fs::metadata(path).map_err(trouble("cannot look at the disk"))?;
    // Blocks are counted in 512 bytes whatever the file system's own size is (stat(2)).
    Ok(metadata.blocks() * 512)
}

/// MiB that are free on the host at `path`.
pub(crate) fn free_mib(path: &Path) -> Result<u64, DriverError> {
    room_mib(path).map(|(_, free)| free)
}

/// MiB in total and free on the host at `path`.
pub(crate) fn room_mib(path: &Path) -> Result<(u64, u64), DriverError> {
    let found = rustix::fs::statvfs(path)
        .map_err(|error| trouble("cannot see how much disk is free")(error.into()))?;
    let mib = |blocks: u64| blocks.saturating_mul(found.f_frsize) / (1024 * 1024);
    Ok((mib(found.f_blocks), mib(found.f_bavail)))
}
