//! The instance's root key: a file with tight permissions, made at first start.
//! Everything else is wrapped by it or derived from it; losing it loses every sealed value.

use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::rand;
use zeroize::Zeroizing;

use super::cipher::DataKey;
use super::keyring::KeyId;
use crate::error::{Error, Result};

/// 256 bits from which signing and indexing keys are derived (HKDF-SHA256, RFC 5869), and under
/// which the epoch keys lie in files beside it.
pub struct RootKey {
    bytes: Zeroizing<[u8; 32]>,
    /// Where its file is; a key that only lives in memory has none.
    folder: Option<PathBuf>,
}

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
        Ok(Self { bytes, folder: None })
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
            return Ok(Self { bytes: Zeroizing::new(key), folder: path.parent().map(Path::to_owned) });
        }
        let key = Self { folder: path.parent().map(Path::to_owned), ..Self::generate()? };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed("its folder cannot be made", error))?;
        }
        // The epoch first: a root key without one would be an old installation's.
        key.add_epoch(FIRST_EPOCH)?;
        let text = Zeroizing::new(data_encoding::HEXLOWER.encode(key.bytes.as_slice()));
        write_new(path, text.as_bytes()).map_err(|error| failed("cannot be written", error))?;
        Ok(key)
    }

    /// 32 bytes for one use, independent of those for any other.
    pub fn derive(&self, label: &str) -> Result<Zeroizing<[u8; 32]>> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        Salt::new(HKDF_SHA256, b"fairhold/1")
            .extract(self.bytes.as_slice())
            .expand(&[label.as_bytes()], Len32)
            .and_then(|okm| okm.fill(bytes.as_mut_slice()))
            .map_err(|_| Error::internal("key derivation failed"))?;
        Ok(bytes)
    }

    fn epoch_file(&self, epoch: i64) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(format!("epoch-{epoch}.key")))
    }

    /// Makes the random key of a new epoch, in a file of its own, wrapped by this one.
    pub(crate) fn add_epoch(&self, epoch: i64) -> Result<()> {
        let Some(path) = self.epoch_file(epoch) else { return Ok(()) };
        let mut bytes = Zeroizing::new([0_u8; 32]);
        rand::fill(bytes.as_mut_slice()).map_err(|_| Error::internal("the system gave no randomness"))?;
        let wrapped = DataKey::new(&*self.derive(EPOCH_LABEL)?)?.seal(KeyId::INSTANCE, EPOCH_LABEL, &mut bytes.to_vec())?;
        match write_new(&path, data_encoding::HEXLOWER.encode(&wrapped).as_bytes()) {
            // What a rotation that was cut off left behind is as good as a new one.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            done => done.map_err(|error| Error::internal(format!("the epoch key {} cannot be written", path.display())).caused_by(error)),
        }
    }

    /// Destroys the keys of epochs before `newest`: what they wrapped, for example in an old copy of the database, stays shut.
    pub(crate) fn remove_epochs_before(&self, newest: i64) -> Result<()> {
        for path in (FIRST_EPOCH..newest).filter_map(|epoch| self.epoch_file(epoch)) {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                done => done.map_err(|error| Error::internal(format!("the epoch key {} cannot be removed", path.display())).caused_by(error))?,
            }
        }
        Ok(())
    }

    /// The key that wraps the keys of one epoch.
    pub(crate) fn epoch_key(&self, epoch: i64) -> Result<DataKey> {
        let file = self.epoch_file(epoch).map(std::fs::read_to_string);
        match file {
            Some(Ok(text)) => {
                let wrapped = data_encoding::HEXLOWER.decode(text.trim().as_bytes()).map_err(|_| Error::internal("an epoch key's file is malformed"))?;
                let plain = DataKey::new(&*self.derive(EPOCH_LABEL)?)?.open(EPOCH_LABEL, &wrapped)?;
                DataKey::new(&Zeroizing::new(plain.as_slice().try_into().map_err(|_| Error::internal("an epoch key has the wrong length"))?))
            }
            Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound || epoch != FIRST_EPOCH => {
                Err(Error::internal(format!("the key of epoch {epoch} cannot be read; keys/ needs every file of the newest backup of keys")).caused_by(error))
            }
            // Installations from before epochs had files derived the first one.
            _ => DataKey::new(&*self.derive(&format!("wrap/{epoch}"))?),
        }
    }
}

/// The epoch of a new installation.
pub(crate) const FIRST_EPOCH: i64 = 1;
const EPOCH_LABEL: &str = "epoch";

/// Writes a file that must not exist yet and that nobody else may read, and waits until the disk has it.
fn write_new(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text)?;
    file.sync_all()
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
