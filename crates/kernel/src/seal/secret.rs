//! Secrets of the installation itself, such as the token by which a hypervisor is reached. They are about nobody, so no
//! person's key seals them: the key is derived from the root key, one for each column, and is in no copy of the database.

use std::fmt;

use zeroize::Zeroizing;

use super::cipher::DataKey;
use super::keyring::{KeyId, KeyRing};
use crate::error::{Error, Result};

/// A sealed secret of the installation, as stored. It has no readable form but [`Secret::open`].
#[derive(Clone, PartialEq, Eq, sea_orm::DeriveValueType)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Seals `plain` for the column with the map name `column`.
    ///
    /// # Errors
    /// `Internal` when the system gives no randomness.
    pub fn seal(keys: &KeyRing, column: &str, plain: &str) -> Result<Self> {
        Ok(Self(key(keys, column)?.seal(KeyId::INSTANCE, column, &mut plain.as_bytes().to_vec())?))
    }

    /// What was sealed for `column`.
    ///
    /// # Errors
    /// `Internal` when it is damaged, or was sealed for another column or by another installation.
    pub fn open(&self, keys: &KeyRing, column: &str) -> Result<Zeroizing<String>> {
        let plain = key(keys, column)?.open(column, &self.0)?;
        let text = std::str::from_utf8(&plain).map_err(|error| Error::internal("a secret is damaged").caused_by(error))?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

fn key(keys: &KeyRing, column: &str) -> Result<DataKey> {
    DataKey::new(&*keys.root().derive(&format!("secret/{column}"))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::RootKey;

    #[test]
    fn a_secret_opens_where_it_belongs_and_nowhere_else() {
        let keys = KeyRing::new(RootKey::generate().unwrap());
        let sealed = Secret::seal(&keys, "a.b.token", "copper-lantern").unwrap();
        assert_eq!(sealed.open(&keys, "a.b.token").unwrap().as_str(), "copper-lantern");
        assert!(sealed.open(&keys, "a.c.token").is_err());
        assert!(sealed.open(&KeyRing::new(RootKey::generate().unwrap()), "a.b.token").is_err());
        assert!(!format!("{sealed:?}").contains("copper") && !sealed.0.windows(6).any(|part| part == b"copper"));
    }
}
