//! Initial RAM disks: the kernel's "newc" archive (Documentation/driver-api/early-userspace/buffer-format.rst), everything owned by root.
//!
//! Not compressed: unpacking costs the guest more than the host's page cache costs us.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// An archive that is being filled.
#[derive(Default)]
pub(super) struct Archive {
    bytes: Vec<u8>,
    folders: BTreeSet<PathBuf>,
    count: u32,
}

impl Archive {
    /// Adds a folder and those above it. `path` is absolute, as the guest sees it.
    pub(super) fn folder(&mut self, path: &str) -> &mut Self {
        let path = Path::new(path);
        let above: Vec<_> = path.ancestors().filter(|folder| folder.parent().is_some()).collect();
        for folder in above.into_iter().rev() {
            if self.folders.insert(folder.to_owned()) {
                self.entry(folder, DIRECTORY | 0o755, &[]);
            }
        }
        self
    }

    /// Adds a file with the access bits `mode`.
    pub(super) fn file(&mut self, path: &str, mode: u32, content: &[u8]) -> &mut Self {
        self.folder_of(path);
        self.entry(Path::new(path), REGULAR | mode, content);
        self
    }

    /// Adds a symbolic link to `target`.
    pub(super) fn link(&mut self, path: &str, target: &str) -> &mut Self {
        self.folder_of(path);
        self.entry(Path::new(path), LINK | 0o777, target.as_bytes());
        self
    }

    /// Adds a copy of the host's file `from`, access bits 755.
    pub(super) fn copy(&mut self, path: &str, from: &Path) -> io::Result<&mut Self> {
        let content = fs::read(from)?;
        Ok(self.file(path, 0o755, &content))
    }

    /// The finished archive.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.entry(Path::new("/TRAILER!!!"), 0, &[]);
        self.bytes
    }

    fn folder_of(&mut self, path: &str) {
        if let Some(parent) = Path::new(path).parent().and_then(Path::to_str) {
            self.folder(parent);
        }
    }

    fn entry(&mut self, path: &Path, mode: u32, content: &[u8]) {
        let name = path.display().to_string();
        let name = name.trim_start_matches('/');
        self.count += 1;
        let links = if mode & DIRECTORY == DIRECTORY { 2 } else { 1 };
        let size = content.len();
        let name_size = name.len() + 1;
        // inode, mode, uid, gid, links, time, size, device, device of a node, length of the name, checksum
        let header = format!(
            "070701{:08x}{mode:08x}{:08x}{:08x}{links:08x}{:08x}{size:08x}{:08x}{:08x}{:08x}{:08x}{name_size:08x}{:08x}",
            self.count, 0, 0, 0, 0, 0, 0, 0, 0
        );
        self.bytes.extend_from_slice(header.as_bytes());
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(0);
        self.align();
        self.bytes.extend_from_slice(content);
        self.align();
    }

    fn align(&mut self) {
        let length = self.bytes.len().next_multiple_of(4);
        self.bytes.resize(length, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_before_their_files_and_once() {
        let mut archive = Archive::default();
        archive.file("/etc/acpi/button", 0o755, b"abc").link("/etc/sh", "busybox");
        let bytes = archive.finish();
        assert_eq!(bytes.len() % 4, 0);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let position = |name: &str| text.find(&format!("{name}\0")).unwrap_or_else(|| panic!("{name} is missing"));
        assert!(position("etc") < position("etc/acpi") && position("etc/acpi") < position("etc/acpi/button"));
        assert_eq!(text.matches("070701").count(), 5, "etc, acpi, button, sh and the trailer");
        assert!(text.contains("TRAILER!!!"));
    }

    #[test]
    fn a_header_has_its_fixed_length() {
        let bytes = Archive::default().finish();
        assert_eq!(bytes.iter().position(|byte| *byte == b'T'), Some(110));
    }
}
