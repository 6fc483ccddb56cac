//! A guest's disk: an overlay over its template's, or an empty one.

use std::path::{Path, PathBuf};

use compute_driver::DriverError;
pub(crate) use compute_host::room::{RESERVE_MIB, allocated_bytes, free_mib};
use serde_json::Value;

use super::record::trouble;
use crate::{
    image::Template,
    process::{output, run},
};

const GIB: u64 = 1024 * 1024 * 1024;

/// Makes the disk at `path` with `gib` GiB.
pub(crate) async fn create(path: &Path, gib: u32, template: &Template) -> Result<(), DriverError> {
    let Some(base) = template.disk() else { return create_empty(path, gib).await };
    has_room(path)?;
    let base = relative(&base, path).unwrap_or(base);
    let (size, base, file) = (format!("{gib}G"), base.as_os_str(), path.as_os_str());
    let args = ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b"].map(AsRef::as_ref);
    run("qemu-img", args.into_iter().chain([base, file, size.as_ref()])).await
}

/// Makes an empty disk at `path` with `gib` GiB.
pub(crate) async fn create_empty(path: &Path, gib: u32) -> Result<(), DriverError> {
    has_room(path)?;
    let (size, args) = (format!("{gib}G"), ["create", "-q", "-f", "qcow2"].map(AsRef::as_ref));
    run("qemu-img", args.into_iter().chain([path.as_os_str(), size.as_ref()])).await
}

fn has_room(path: &Path) -> Result<(), DriverError> {
    let free_mib = free_mib(path.parent().unwrap_or(path))?;
    if free_mib < RESERVE_MIB { Err(DriverError::full(format!("only {free_mib} MiB of disk are free on this host"))) } else { Ok(()) }
}

/// Makes the disk at `path` with `gib` GiB from a finished archive; it depends on nothing afterwards.
pub(crate) async fn copy(path: &Path, gib: u32, archive: &Path) -> Result<(), DriverError> {
    let parent = path.parent().unwrap_or(path);
    let need_mib = RESERVE_MIB + allocated_bytes(archive)? / (1024 * 1024);
    let free_mib = free_mib(parent)?;
    if free_mib < need_mib {
        return Err(DriverError::full(format!("only {free_mib} MiB of disk are free on this host, {need_mib} are needed")));
    }
    // The kernel shares the blocks where the file system can.
    tokio::fs::copy(archive, path).await.map_err(trouble("cannot copy the archive"))?;
    let size = format!("{gib}G");
    run("qemu-img", ["resize".as_ref(), "-q".as_ref(), "-f".as_ref(), "qcow2".as_ref(), path.as_os_str(), size.as_ref()]).await
}

/// What `qemu-img` knows of the disk, also while QEMU has it open.
pub(crate) async fn info(path: &Path) -> Result<Value, DriverError> {
    let said = output("qemu-img", ["info".as_ref(), "-U".as_ref(), "--output=json".as_ref(), path.as_os_str()]).await?;
    serde_json::from_slice(&said).map_err(|error| DriverError::failed(format!("qemu-img said something else than JSON: {error}"), ""))
}

/// Its size as the guest sees it, in bytes.
pub(crate) async fn virtual_bytes(path: &Path) -> Result<u64, DriverError> {
    let size = info(path).await?.get("virtual-size").and_then(Value::as_u64);
    size.ok_or_else(|| DriverError::failed("qemu-img does not say how large the disk is", ""))
}

/// The same in GiB.
pub(crate) async fn virtual_gib(path: &Path) -> Result<u32, DriverError> {
    Ok(u32::try_from(virtual_bytes(path).await? / GIB).unwrap_or(u32::MAX))
}

/// What a guest's disk did since QEMU started.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    pub(crate) read_bytes: u64,
    pub(crate) written_bytes: u64,
    pub(crate) reads: u64,
    pub(crate) writes: u64,
}

/// The template's disk as seen from the guest's, where both are in one data folder: that folder can then be moved.
fn relative(base: &Path, disk: &Path) -> Option<PathBuf> {
    let data_dir = disk.ancestors().nth(3)?.canonicalize().ok()?;
    Some(Path::new("../..").join(base.strip_prefix(data_dir).ok()?))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn a_full_host_refuses_and_says_how_much_is_left() {
        let template = Template::at(Path::new("/images/tiny/v"), false, "");
        // No file system is fuller than /proc.
        let error = create(Path::new("/proc/disk.qcow2"), 1, &template).await.unwrap_err();
        assert!(matches!(error, DriverError::Full { .. }) && error.to_string().contains("only 0 MiB"), "{error}");
    }

    #[tokio::test]
    async fn a_data_folder_can_be_moved_with_its_overlays() {
        let dir = tempfile::tempdir().unwrap();
        let (before, after) = (dir.path().join("before"), dir.path().join("after"));
        let image = before.canonicalize().unwrap_or(before.clone()).join("images/debian/v");
        fs::create_dir_all(&image).unwrap();
        fs::create_dir_all(before.join("guests/vm_1")).unwrap();
        run("qemu-img", ["create", "-q", "-f", "qcow2", &image.join("base.qcow2").display().to_string(), "1M"]).await.unwrap();
        let template = Template::at(&image.canonicalize().unwrap(), true, "");
        create(&before.join("guests/vm_1/disk.qcow2"), 1, &template).await.unwrap();
        fs::rename(&before, &after).unwrap();
        let disk = after.join("guests/vm_1/disk.qcow2").display().to_string();
        run("qemu-img", ["check", "-q", &disk]).await.unwrap();
        run("qemu-img", ["convert", "-O", "raw", &disk, &after.join("copy").display().to_string()]).await.unwrap();
    }
}
