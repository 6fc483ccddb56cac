//! Looks into a file of unknown origin: first by ourselves, then by `qemu-img`, which is told the format, gets little memory and time,
//! and is never let loose on a file whose header points elsewhere.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use kernel::{Error, Result};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use super::header::{self, Disk, HEAD};

/// What `qemu-img` may use: memory, seconds of processor time.
const MEMORY: &str = "--as=1073741824";
const PROCESSOR: &str = "--cpu=300";
/// How long it may take by the clock.
const PATIENCE: Duration = Duration::from_secs(900);
const TOOL: &str = "qemu-img";

/// What was found.
pub(super) struct Seen {
    pub(super) disk: Disk,
    /// Whether the tool could be asked: it is not on every host.
    pub(super) by_tool: bool,
}

/// Looks into the file.
///
/// # Errors
/// `Conflict`, saying why this is no disk that is taken; `Unavailable` when it cannot be read.
pub(super) async fn inspect(path: &Path) -> Result<Seen> {
    let mut head = Vec::new();
    let mut file = File::open(path).await.map_err(unreadable)?;
    let bytes = file.metadata().await.map_err(unreadable)?.len();
    (&mut file).take(HEAD as u64).read_to_end(&mut head).await.map_err(unreadable)?;
    let disk = header::look(&head, bytes).map_err(Error::conflict)?;
    let Disk::Qcow2 { virtual_bytes } = disk else { return Ok(Seen { disk, by_tool: false }) };
    let Some(info) = run(&["info", "-f", "qcow2", "--output=json"], &[path]).await? else { return Ok(Seen { disk, by_tool: false }) };
    let said: Value = serde_json::from_slice(&info).map_err(|error| Error::conflict("qemu-img cannot read this disk.").caused_by(error))?;
    let points = ["backing-filename", "full-backing-filename"].iter().any(|name| said.get(*name).is_some());
    let elsewhere = said.pointer("/format-specific/data/data-file").is_some() || said.get("encrypted").and_then(Value::as_bool) == Some(true);
    if points || elsewhere || said.get("virtual-size").and_then(Value::as_u64) != Some(virtual_bytes) {
        return Err(Error::conflict("This disk points to another file or is encrypted, which is not taken."));
    }
    // Clusters that nobody uses (3) only waste room.
    run(&["check", "-q", "-f", "qcow2"], &[path]).await?;
    Ok(Seen { disk, by_tool: true })
}

/// Writes the raw disk `from` as qcow2 to `to`. False where the tool is not there.
///
/// # Errors
/// `Conflict` when it does not work; `Exhausted` without room.
pub(super) async fn convert(from: &Path, to: &Path) -> Result<bool> {
    Ok(run(&["convert", "-f", "raw", "-O", "qcow2"], &[from, to]).await?.is_some())
}

/// Runs the tool within its limits. `None` where it is not installed.
async fn run(words: &[&str], paths: &[&Path]) -> Result<Option<Vec<u8>>> {
    if !std::env::var_os("PATH").is_some_and(|all| std::env::split_paths(&all).any(|folder| folder.join(TOOL).exists())) {
        return Ok(None);
    }
    let mut command = Command::new("prlimit");
    command.args([MEMORY, PROCESSOR, "--core=0", TOOL]).args(words).args(paths).stdin(Stdio::null()).kill_on_drop(true);
    let done = tokio::time::timeout(PATIENCE, command.output()).await;
    let done = done.map_err(|_| Error::conflict("Looking into this disk takes longer than any good one does."))?;
    let output = done.map_err(|error| Error::unavailable("qemu-img cannot be run.").caused_by(error))?;
    let leaks = words.first() == Some(&"check") && output.status.code() == Some(3);
    if output.status.success() || leaks {
        return Ok(Some(output.stdout));
    }
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    if log.contains("No space left on device") {
        return Err(full());
    }
    Err(Error::conflict("qemu-img finds this disk damaged, or too much to read.").caused_by(std::io::Error::other(log)))
}

/// SHA-256 of a file, in lower-case hexadecimal.
///
/// # Errors
/// `Unavailable` when it cannot be read.
pub(super) async fn digest_of(path: &Path) -> Result<String> {
    let mut file = File::open(path).await.map_err(unreadable)?;
    let mut hasher = Sha256::new();
    absorb(&mut file, &mut hasher).await?;
    Ok(written(hasher))
}

/// Hashes what is left of a file; tells how many bytes that was.
pub(super) async fn absorb(file: &mut File, hasher: &mut Sha256) -> Result<u64> {
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer).await.map_err(unreadable)? {
            0 => return Ok(bytes),
            read => {
                hasher.update(buffer.get(..read).unwrap_or_default());
                bytes += read as u64;
            }
        }
    }
}

/// A digest in hexadecimal.
pub(super) fn written(hasher: Sha256) -> String {
    data_encoding::HEXLOWER.encode(&hasher.finalize())
}

fn unreadable(error: std::io::Error) -> Error {
    Error::unavailable("The image's file cannot be read.").caused_by(error)
}

/// The disk of this host has no room for the file.
pub(super) fn full() -> Error {
    Error::exhausted("There is no room for this file where images are kept.")
}

#[cfg(test)]
mod tests {
    use compute_driver::conformance::bootable::{qcow2_disk, raw_disk};

    use super::*;

    #[tokio::test]
    async fn a_disk_is_looked_into_by_the_tool_too_and_a_damaged_one_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("disk");
        std::fs::write(&path, qcow2_disk(1 << 30)).unwrap();
        let seen = inspect(&path).await.unwrap();
        assert_eq!((seen.disk, seen.by_tool), (Disk::Qcow2 { virtual_bytes: 1 << 30 }, true));
        // The table of the first cluster points into itself.
        let mut damaged = qcow2_disk(1 << 30);
        damaged[4 * 65_536..4 * 65_536 + 8].copy_from_slice(&(0x7fff_0000_0000_0000_u64).to_be_bytes());
        std::fs::write(&path, damaged).unwrap();
        assert!(inspect(&path).await.err().unwrap().to_string().contains("damaged"));
    }

    #[tokio::test]
    async fn a_raw_disk_becomes_qcow2() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("raw"), dir.path().join("disk"));
        std::fs::write(&from, raw_disk(1 << 20)).unwrap();
        assert_eq!(inspect(&from).await.unwrap().disk, Disk::Raw);
        assert!(convert(&from, &to).await.unwrap());
        assert_eq!(inspect(&to).await.unwrap().disk, Disk::Qcow2 { virtual_bytes: 1 << 20 });
        assert_eq!(digest_of(&from).await.unwrap().len(), 64);
    }
}
