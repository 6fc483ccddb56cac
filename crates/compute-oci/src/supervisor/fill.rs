//! Putting a system on an empty disk: copied or unpacked, and then given to the ids of its container.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::{Command, Stdio},
};

use rustix::{
    fs::{AtFlags, CWD},
    process::{Gid, Uid},
};

use super::orders::{Fill, Source};
use crate::guest::{address::IDS, config::ROOT};

/// Carries out the orders.
pub(super) fn fill(orders: &Fill) -> io::Result<()> {
    let disk = orders.disk.display().to_string();
    mount(&["-o", "loop,nodev", &disk])?;
    match &orders.source {
        Source::Template(folder) => told("cp", &["-a", &format!("{}/.", folder.display()), ROOT])?,
        Source::Archive(file) => told("tar", &["--numeric-owner", "-xpf", &file.display().to_string(), "-C", ROOT])?,
    }
    give(Path::new(ROOT), orders.first_id)?;
    told("umount", &[ROOT])
}

/// Mounts an ext4 file system at [`ROOT`], below a folder that exists in our mount namespace only.
pub(super) fn mount(options: &[&str]) -> io::Result<()> {
    if !Path::new(ROOT).is_dir() {
        let parent = Path::new(ROOT).parent().unwrap_or(Path::new("/mnt")).display().to_string();
        told("mount", &["-t", "tmpfs", "-o", "mode=755,size=64k", "fairhold", &parent])?;
        fs::create_dir(ROOT)?;
    }
    let arguments: Vec<&str> = ["-t", "ext4"].into_iter().chain(options.iter().copied()).chain([ROOT]).collect();
    told("mount", &arguments)
}

/// Runs a tool to its end.
pub(super) fn told(program: &str, arguments: &[&str]) -> io::Result<()> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{program} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim())))
}

/// Gives everything below `path` to the ids that begin with `first_id`. What has been given already, under another name, is left alone.
fn give(path: &Path, first_id: u32) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    if found.uid() < IDS && found.gid() < IDS {
        let (user, group) = (Uid::from_raw(first_id + found.uid()), Gid::from_raw(first_id + found.gid()));
        rustix::fs::chownat(CWD, path, Some(user), Some(group), AtFlags::SYMLINK_NOFOLLOW)?;
        // A new owner takes these bits away (chown(2)).
        if found.is_file() && found.mode() & 0o6000 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(found.mode() & 0o7777))?;
        }
    }
    if found.is_dir() {
        for entry in fs::read_dir(path)? {
            give(&entry?.path(), first_id)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_move_once_and_set_user_id_bits_stay() {
        let dir = tempfile::tempdir().unwrap();
        let (file, twin, link) = (dir.path().join("su"), dir.path().join("twin"), dir.path().join("link"));
        fs::write(&file, "x").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o4755)).unwrap();
        fs::hard_link(&file, &twin).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
        std::os::unix::fs::chown(&file, Some(7), Some(8)).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o4755)).unwrap();
        give(dir.path(), 1_879_048_192).unwrap();
        let found = fs::metadata(&file).unwrap();
        assert_eq!((found.uid(), found.gid(), found.mode() & 0o7777), (1_879_048_199, 1_879_048_200, 0o4755));
        assert_eq!(fs::symlink_metadata(&link).unwrap().uid(), 1_879_048_192);
        assert_eq!(fs::metadata("/etc/passwd").unwrap().uid(), 0, "a link is not followed");
    }
}
