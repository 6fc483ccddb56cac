//! Blind indexes: keyed hashes that find equal values without storing them.
//! The key differs per column, so equal values in two columns cannot be joined.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};

use super::Field;
use super::keyring::KeyRing;
use crate::error::Result;

/// Truncated HMAC-SHA256 of a normalised value, as stored and compared.
#[derive(Clone, PartialEq, Eq, Hash, Debug, sea_orm::DeriveValueType)]
pub struct Blind(Vec<u8>);

/// 128 bits: collisions are out of reach, and the rest of the hash would only cost space.
const LENGTH: usize = 16;

impl Blind {
    /// The index of `value` in the column `F`. Surrounding space and letter case do not matter.
    pub fn of<F: Field>(keys: &KeyRing, value: &str) -> Result<Self> {
        Self::in_column(keys, F::NAME, value)
    }

    /// The index of `value` in the column with the map name `column`.
    pub fn in_column(keys: &KeyRing, column: &str, value: &str) -> Result<Self> {
        let key = keys.root().derive(&format!("blind/{column}"))?;
        let tag = sign(&Key::new(HMAC_SHA256, key.as_slice()), value.trim().to_lowercase().as_bytes());
        Ok(Self(tag.as_ref().iter().take(LENGTH).copied().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::RootKey;

    #[test]
    fn equal_values_meet_only_in_their_own_column() {
        let keys = KeyRing::new(RootKey::generate().unwrap());
        let one = Blind::in_column(&keys, "a.b.email", " Ada@Example.org ").unwrap();
        assert_eq!(one, Blind::in_column(&keys, "a.b.email", "ada@example.org").unwrap());
        assert_ne!(one, Blind::in_column(&keys, "a.c.email", "ada@example.org").unwrap());
        assert_ne!(one, Blind::in_column(&keys, "a.b.email", "bob@example.org").unwrap());
    }
}
