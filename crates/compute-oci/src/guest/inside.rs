//! Files inside a container, from the outside.
//!
//! The owner of a container may have put a link wherever we look. Every path is therefore resolved with the container's root as root
//! (openat2(2), `RESOLVE_IN_ROOT`), files are made anew and moved into place, and only plain files of a bounded size are read.

use std::{
    fs::File,
    io::{self, Read, Write},
    os::fd::OwnedFd,
    path::Path,
};

use rustix::{
    fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags},
    process::{Gid, Uid},
};

/// More than any file that we read has.
const LIMIT: u64 = 1024 * 1024;
const DRAFT: &str = ".fairhold-new";

/// A container's root folder.
pub(crate) struct Root {
    folder: OwnedFd,
    first_id: u32,
}

impl Root {
    /// The root of the container whose first process has this number.
    pub(crate) fn of_process(number: i32, first_id: u32) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(format!("/proc/{number}/root"), flags, Mode::empty())?;
        Ok(Self { folder, first_id })
    }

    /// Opens what is at `path`.
    pub(crate) fn open(&self, path: &str, flags: OFlags) -> io::Result<OwnedFd> {
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        Ok(rustix::fs::openat2(&self.folder, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve)?)
    }

    /// The text of the file at `path`; `None` when there is none, or something else than a plain file of a text.
    pub(crate) fn read(&self, path: &str) -> Option<String> {
        // A pipe without a writer must not hold us up.
        let file = self.open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY).ok()?;
        let found = rustix::fs::fstat(&file).ok()?;
        if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
            return None;
        }
        let mut text = String::new();
        File::from(file).take(LIMIT).read_to_string(&mut text).ok()?;
        Some(text)
    }

    /// Writes the file at `path`, owned by the container's root user, with the access bits `mode`.
    pub(crate) fn write(&self, path: &str, mode: u32, text: &str) -> io::Result<()> {
        let (folder, name) = self.place(path)?;
        remove(&folder, DRAFT)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::openat(&folder, DRAFT, flags, Mode::empty())?);
        file.write_all(text.as_bytes())?;
        let (user, group) = self.owner();
        rustix::fs::fchown(&file, Some(user), Some(group))?;
        rustix::fs::fchmod(&file, Mode::from_raw_mode(mode))?;
        Ok(rustix::fs::renameat(&folder, DRAFT, &folder, &name)?)
    }

    /// Makes `path` a symbolic link to `target`.
    pub(crate) fn link(&self, path: &str, target: &str) -> io::Result<()> {
        let (folder, name) = self.place(path)?;
        remove(&folder, DRAFT)?;
        rustix::fs::symlinkat(target, &folder, DRAFT)?;
        let (user, group) = self.owner();
        rustix::fs::chownat(&folder, DRAFT, Some(user), Some(group), AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(rustix::fs::renameat(&folder, DRAFT, &folder, &name)?)
    }

    /// Makes the folder at `path` unless it is there; those above it must be.
    pub(crate) fn folder(&self, path: &str, mode: u32) -> io::Result<()> {
        let (folder, name) = self.place(path)?;
        match rustix::fs::mkdirat(&folder, &name, Mode::from_raw_mode(mode)) {
            Ok(()) => {
                // What the host's umask took away is given back; by the folder itself, which cannot become a link any more.
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let made = rustix::fs::openat(&folder, &name, flags, Mode::empty())?;
                rustix::fs::fchmod(&made, Mode::from_raw_mode(mode))?;
                let (user, group) = self.owner();
                Ok(rustix::fs::fchown(&made, Some(user), Some(group))?)
            }
            Err(rustix::io::Errno::EXIST) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes everything that the container wrote to its disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        // A path alone cannot be synchronised.
        let folder = self.open("/", OFlags::RDONLY | OFlags::DIRECTORY)?;
        Ok(rustix::fs::syncfs(&folder)?)
    }

    /// The folder that holds `path`, and the name in it.
    fn place(&self, path: &str) -> io::Result<(OwnedFd, String)> {
        let path = Path::new(path);
        let (parent, name) = path.parent().and_then(Path::to_str).zip(path.file_name().and_then(|name| name.to_str())).ok_or(io::ErrorKind::InvalidInput)?;
        Ok((self.open(parent, OFlags::PATH | OFlags::DIRECTORY)?, name.to_owned()))
    }

    fn owner(&self) -> (Uid, Gid) {
        (Uid::from_raw(self.first_id), Gid::from_raw(self.first_id))
    }
}

fn remove(folder: &OwnedFd, name: &str) -> io::Result<()> {
    match rustix::fs::unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) | Err(rustix::io::Errno::NOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::MetadataExt};

    use super::*;

    fn root(folder: &Path) -> Root {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Root { folder: rustix::fs::open(folder, flags, Mode::empty()).unwrap(), first_id: 1_879_048_192 }
    }

    #[test]
    fn links_never_lead_out_of_the_container() {
        let dir = tempfile::tempdir().unwrap();
        let (inside, outside) = (dir.path().join("inside"), dir.path().join("outside"));
        fs::create_dir_all(inside.join("etc")).unwrap();
        fs::create_dir_all(&outside).unwrap();
        fs::write(outside.join("secret"), "the host's").unwrap();
        std::os::unix::fs::symlink(&outside, inside.join("root")).unwrap();
        std::os::unix::fs::symlink("../../outside", inside.join("etc/up")).unwrap();
        std::os::unix::fs::symlink(outside.join("secret"), inside.join("etc/shadow")).unwrap();
        let root = root(&inside);
        assert!(root.write("/root/key", 0o600, "x").is_err());
        assert!(root.write("/etc/up/key", 0o600, "x").is_err());
        assert_eq!(root.read("/etc/shadow"), None);
        // A link in the place of a file is replaced, not followed.
        root.write("/etc/shadow", 0o600, "ours").unwrap();
        assert_eq!(fs::read_to_string(outside.join("secret")).unwrap(), "the host's");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    }

    #[test]
    fn what_is_written_belongs_to_the_container() {
        let dir = tempfile::tempdir().unwrap();
        let root = root(dir.path());
        root.folder("/.ssh", 0o700).unwrap();
        root.folder("/.ssh", 0o700).unwrap();
        root.write("/.ssh/authorized_keys", 0o600, "key\n").unwrap();
        root.link("/line", "/dev/pts/3").unwrap();
        let found = fs::metadata(dir.path().join(".ssh/authorized_keys")).unwrap();
        assert_eq!((found.uid(), found.mode() & 0o777), (1_879_048_192, 0o600));
        assert_eq!(root.read("/.ssh/authorized_keys").as_deref(), Some("key\n"));
        assert_eq!(root.read("/.ssh"), None, "a folder is no file");
        assert_eq!(fs::symlink_metadata(dir.path().join("line")).unwrap().uid(), 1_879_048_192);
    }
}
