//! Images: disks that boot by themselves, which the caller has and hypervisors take in. Guests are made of them as of templates.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::DriverError;

/// How the names of images begin. No template of a hypervisor's own has such a name.
const PREFIX: &str = "img-";

/// Whether a template's name is that of an image.
pub fn is_image(template: &str) -> bool {
    template.starts_with(PREFIX)
}

/// An image that a hypervisor shall hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageSpec {
    /// Its name, as `GuestSpec::template` asks for it: `img-` and more lower-case letters and digits.
    pub name: String,
    /// The file on this host: a qcow2 disk without a backing file, which the caller has looked into. It stays as it is.
    pub file: PathBuf,
    /// How many bytes the file has.
    pub bytes: u64,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: String,
    /// How large the disk is for a guest, in bytes.
    pub virtual_bytes: u64,
    /// Where anybody finds the same bytes, for hypervisors that fetch by themselves.
    pub url: Option<String>,
}

impl ImageSpec {
    /// Whether any hypervisor could take it in.
    ///
    /// # Errors
    /// `Refused`, naming what to change.
    pub fn check(&self) -> Result<(), DriverError> {
        let rest = self.name.strip_prefix(PREFIX).unwrap_or_default();
        if rest.is_empty() || self.name.len() > 64 || !rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            return Err(DriverError::refused("an image's name is img- and lower-case letters or digits"));
        }
        if self.sha256.len() != 64 || !self.sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(DriverError::refused("a SHA-256 has 64 lower-case hexadecimal digits"));
        }
        Ok(())
    }

    /// The least disk that a guest of it needs, in GiB.
    pub fn disk_gib(&self) -> u32 {
        u32::try_from(self.virtual_bytes.div_ceil(1 << 30)).unwrap_or(u32::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(name: &str, sha256: &str) -> ImageSpec {
        ImageSpec { name: name.into(), file: "/disk".into(), bytes: 1, sha256: sha256.into(), virtual_bytes: (1 << 30) + 1, url: None }
    }

    #[test]
    fn an_image_has_a_name_of_its_own_kind_and_a_whole_digest() {
        let digest = "a".repeat(64);
        assert_eq!(spec("img-01j", &digest).check(), Ok(()));
        for name in ["tiny", "img-", "img-../x", "img-A", &format!("img-{}", "x".repeat(64))] {
            assert!(spec(name, &digest).check().is_err(), "{name}");
        }
        for digest in ["", "abc", &"A".repeat(64), &"g".repeat(64)] {
            assert!(spec("img-01j", digest).check().is_err(), "{digest}");
        }
        assert!(is_image("img-01j") && !is_image("tiny"));
    }

    #[test]
    fn a_disk_holds_the_whole_image() {
        assert_eq!(spec("img-01j", "").disk_gib(), 2);
    }
}
