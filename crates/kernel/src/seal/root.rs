//! The instance's root key: a file with tight permissions, made at first start.
//! Everything else is wrapped by it or derived from it; losing it loses every sealed value.

use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::rand;
use zeroize::Zeroizing;

use super::cipher::DataKey;
use crate::error::{Error, Result};

/// 256 bits from which wrapping and indexing keys are derived (HKDF-SHA256, RFC 5869).
pub struct RootKey(Zeroizing<[u8; 32]>);

struct Len32;

impl KeyType for Len32 {
    fn len(&self) -> usize {
        32
    }
}

impl RootKey {
    /// A fresh one.
    pub fn generate() -> Result<Self> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        rand::fill(bytes.as_mut_slice()).map_err(|_| Error::internal("the system gave no randomness"))?;
        Ok(Self(bytes))
    }

    /// Reads the key file, or makes it with mode 0600 if there is none.
    ///
    /// # Errors
    /// `Internal` when the file is unreadable, malformed, or readable by others.
    pub fn load_or_create(path: &Path) -> Result<Self> {
        let failed = |what: &str, error: std::io::Error| Error::internal(format!("root key {}: {what}", path.display())).caused_by(error);
        if path.exists() {
            let mode = std::fs::metadata(path).map_err(|error| failed("cannot be read", error))?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(Error::internal(format!("root key {} can be read by others; run: chmod 600 on it", path.display())));
            }
            let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|error| failed("cannot be read", error))?);
            let bytes = Zeroizing::new(data_encoding::HEXLOWER.decode(text.trim().as_bytes()).map_err(|_| Error::internal("the root key file is malformed"))?);
            let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| Error::internal("the root key file is malformed"))?;
            return Ok(Self(Zeroizing::new(key)));
        }
        let key = Self::generate()?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed("its folder cannot be made", error))?;
        }
        let text = Zeroizing::new(data_encoding::HEXLOWER.encode(key.0.as_slice()));
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|error| failed("cannot be made", error))?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| failed("cannot be written", error))?;
        Ok(key)
    }

    /// 32 bytes for one use, independent of those for any other.
    pub fn derive(&self, label: &str) -> Result<Zeroizing<[u8; 32]>> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        Salt::new(HKDF_SHA256, b"fairhold/1")
            .extract(self.0.as_slice())
            .expand(&[label.as_bytes()], Len32)
            .and_then(|okm| okm.fill(bytes.as_mut_slice()))
            .map_err(|_| Error::internal("key derivation failed"))?;
        Ok(bytes)
    }

    /// The key that wraps the keys of one epoch.
    pub(crate) fn epoch_key(&self, epoch: i64) -> Result<DataKey> {
        DataKey::new(&*self.derive(&format!("wrap/{epoch}"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/root.key");
        let first = RootKey::load_or_create(&path).unwrap().derive("x").unwrap();
        let second = RootKey::load_or_create(&path).unwrap().derive("x").unwrap();
        assert_eq!(*first, *second);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        RootKey::load_or_create(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(RootKey::load_or_create(&path).is_err());
    }

    #[test]
    fn labels_give_independent_keys() {
        let root = RootKey::generate().unwrap();
        assert_ne!(*root.derive("a").unwrap(), *root.derive("b").unwrap());
    }
}
