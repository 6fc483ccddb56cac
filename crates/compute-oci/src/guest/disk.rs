//! A container's disk: a sparse file with a file system in it, so that a disk of an ordered size cannot grow beyond it.

use std::{
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use compute_driver::DriverError;
use compute_host::{
    process::{output, run},
    record::trouble,
    room::{RESERVE_MIB, allocated_bytes, free_mib},
};

const GIB: u64 = 1024 * 1024 * 1024;

/// Makes an empty disk of `gib` GiB at `path`, whose root folder belongs to `first_id`.
pub(crate) async fn create(path: &Path, gib: u32, first_id: u32) -> Result<(), DriverError> {
    let free = free_mib(path.parent().unwrap_or(path))?;
    if free < RESERVE_MIB {
        return Err(DriverError::full(format!("only {free} MiB of disk are free on this host")));
    }
    grow(path, gib)?;
    let options = format!("lazy_itable_init=1,lazy_journal_init=1,nodiscard,root_owner={first_id}:{first_id}");
    let arguments = ["-q", "-t", "ext4", "-m", "0", "-E", &options].map(AsRef::as_ref);
    run("mke2fs", arguments.into_iter().chain([path.as_os_str()])).await
}

/// Makes the file as large as `gib` GiB. The file system in it grows by [`fit`] before it is mounted next, or by [`fill_device`].
pub(crate) fn grow(path: &Path, gib: u32) -> Result<(), DriverError> {
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(trouble("cannot open the disk"))?;
    file.set_len(u64::from(gib) * GIB).map_err(trouble("cannot make the disk as large as it shall be"))
}

/// Its size in GiB.
pub(crate) fn gib(path: &Path) -> Result<u32, DriverError> {
    let length = fs::metadata(path).map_err(trouble("cannot look at the disk"))?.len();
    Ok(u32::try_from(length / GIB).unwrap_or(u32::MAX))
}

/// Lets the file system on `device` fill it while it is mounted, where the process `near` lives. `false` where the kernel does not let
/// us: that takes `CAP_SYS_RESOURCE`, which root in a container of others has not.
pub(crate) async fn fill_device(device: &str, near: i32) -> Result<bool, DriverError> {
    run("losetup", ["--set-capacity", device]).await?;
    match run("nsenter", ["--mount", "--target", &near.to_string(), "resize2fs", device]).await {
        Ok(()) => Ok(true),
        Err(error) if error.log().is_some_and(|log| log.contains("Permission denied")) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Lets the file system on a disk that is not mounted fill it, if the disk has grown.
pub(crate) async fn fit(path: &Path) -> Result<(), DriverError> {
    let said = output("dumpe2fs", ["-h".as_ref(), path.as_os_str()]).await?;
    let length = fs::metadata(path).map_err(trouble("cannot look at the disk"))?.len();
    if filled(&String::from_utf8_lossy(&said)).is_none_or(|bytes| bytes >= length) {
        return Ok(());
    }
    settle(path, &["-f", "-p"]).await?;
    run("resize2fs", [path.as_os_str()]).await
}

/// How large a file system says that it is.
fn filled(header: &str) -> Option<u64> {
    let figure = |name: &str| header.lines().find_map(|line| line.strip_prefix(name))?.trim().parse::<u64>().ok();
    Some(figure("Block count:")? * figure("Block size:")?)
}

/// Copies a disk that nobody writes to. The kernel shares the blocks where the file system can; holes stay holes.
pub(crate) async fn copy(from: &Path, to: &Path) -> Result<(), DriverError> {
    let need = RESERVE_MIB + allocated_bytes(from)? / (1024 * 1024);
    let free = free_mib(to.parent().unwrap_or(to))?;
    if free < need {
        return Err(DriverError::full(format!("a copy of the disk needs {need} MiB, {free} MiB are free on this host")));
    }
    run("cp", ["--sparse=always".as_ref(), "--reflink=auto".as_ref(), from.as_os_str(), to.as_os_str()]).await
}

/// The block device that carries the disk, if it is mounted somewhere.
pub(crate) fn device_of(path: &Path) -> Option<String> {
    let wanted = fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))?;
    let devices = fs::read_dir("/sys/block").ok()?.flatten();
    devices.map(|entry| entry.path()).find_map(|device| {
        let backing = fs::read_to_string(device.join("loop/backing_file")).ok()?;
        let found = fs::metadata(PathBuf::from(backing.trim_end())).ok()?;
        ((found.dev(), found.ino()) == wanted).then(|| format!("/dev/{}", device.file_name().unwrap_or_default().to_string_lossy()))
    })
}

/// What a disk did since it was mounted: reads, bytes read, writes, bytes written.
pub(crate) fn counters(device: &str) -> Option<[u64; 4]> {
    let name = device.strip_prefix("/dev/")?;
    counted(&fs::read_to_string(Path::new("/sys/block").join(name).join("stat")).ok()?)
}

/// Sectors are counted in 512 bytes whatever the device's own size is (Documentation/block/stat.rst).
fn counted(text: &str) -> Option<[u64; 4]> {
    let figures: Vec<u64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let figure = |index: usize| figures.get(index).copied();
    Some([figure(0)?, figure(2)? * 512, figure(4)?, figure(6)? * 512])
}

/// Makes a file system that was copied while it was mounted as good as one that was not: its journal is played.
pub(crate) async fn clean(path: &Path) -> Result<(), DriverError> {
    settle(path, &["-p"]).await
}

async fn settle(path: &Path, how: &[&str]) -> Result<(), DriverError> {
    // 1 means that something was mended, which is what this is for (e2fsck(8)).
    let script = "e2fsck \"$@\" >/dev/null || [ $? -le 1 ]";
    let words = ["-c", script, "sh"].into_iter().chain(how.iter().copied()).map(AsRef::as_ref);
    run("sh", words.chain([path.as_os_str()])).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sectors_become_bytes() {
        assert_eq!(counted("  10 0 20 0 30 0 40 0 0 0 0\n"), Some([10, 10_240, 30, 20_480]));
        assert_eq!(counted("1 2"), None);
    }

    #[tokio::test]
    async fn a_disk_is_sparse_and_knows_its_size() {
        let dir = tempfile::tempdir().unwrap();
        let disk = dir.path().join("disk.img");
        create(&disk, 1, 1_879_048_192).await.unwrap();
        assert_eq!(gib(&disk), Ok(1));
        assert!(allocated_bytes(&disk).unwrap() < 64 << 20);
        grow(&disk, 2).unwrap();
        assert_eq!(gib(&disk), Ok(2));
        assert_eq!(device_of(&disk), None);
        clean(&disk).await.unwrap();
        for _ in 0..2 {
            fit(&disk).await.unwrap();
            let header = output("dumpe2fs", ["-h".as_ref(), disk.as_os_str()]).await.unwrap();
            assert_eq!(filled(&String::from_utf8(header).unwrap()), Some(2 * GIB));
        }
    }
}
