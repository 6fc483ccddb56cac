//! AES-256-GCM-SIV with random nonces: a repeated nonce reveals only equality (RFC 8452).
//! The associated data is the column's name, so a ciphertext cannot be moved to another column.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::keyring::KeyId;
use crate::error::{Error, Result};

const VERSION: u8 = 1;
const ID_LEN: usize = 16;
const HEADER: usize = 1 + ID_LEN + NONCE_LEN;

/// A ready key; its bytes are wiped by the crypto library when it is dropped.
pub struct DataKey(LessSafeKey);

impl DataKey {
    /// From 32 bytes.
    pub fn new(bytes: &[u8; 32]) -> Result<Self> {
        UnboundKey::new(&AES_256_GCM_SIV, bytes).map(|key| Self(LessSafeKey::new(key))).map_err(|_| Error::internal("a key has the wrong length"))
    }

    /// Seals `plain`, which is left encrypted, for the column `name`.
    pub fn seal(&self, id: KeyId, name: &str, plain: &mut Vec<u8>) -> Result<Vec<u8>> {
        let mut nonce = [0_u8; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| Error::internal("the system gave no randomness"))?;
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name.as_bytes()), plain)
            .map_err(|_| Error::internal("sealing failed"))?;
        let mut bytes = Vec::with_capacity(HEADER + plain.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(id.0.as_bytes());
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(plain);
        Ok(bytes)
    }

    /// Opens what [`DataKey::seal`] made for the column `name`.
    pub fn open(&self, name: &str, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let damaged = || Error::internal(format!("the sealed value of {name} is damaged or belongs elsewhere"));
        let nonce: [u8; NONCE_LEN] = bytes.get(1 + ID_LEN..HEADER).and_then(|part| part.try_into().ok()).ok_or_else(damaged)?;
        let mut plain = Zeroizing::new(bytes.get(HEADER..).ok_or_else(damaged)?.to_vec());
        let length = self.0.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(name.as_bytes()), &mut plain).map_err(|_| damaged())?.len();
        plain.truncate(length);
        Ok(plain)
    }
}

/// Which key sealed `bytes`; `None` if they are not a sealed value.
pub(crate) fn key_id(bytes: &[u8]) -> Option<KeyId> {
    if bytes.first() != Some(&VERSION) || bytes.len() < HEADER {
        return None;
    }
    bytes.get(1..1 + ID_LEN).and_then(|part| Uuid::from_slice(part).ok()).map(KeyId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(byte: u8) -> DataKey {
        DataKey::new(&[byte; 32]).unwrap()
    }

    fn sealed(text: &[u8]) -> Vec<u8> {
        key(1).seal(KeyId(Uuid::from_u128(9)), "a.b.c", &mut text.to_vec()).unwrap()
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens(text: Vec<u8>) {
            prop_assert_eq!(key(1).open("a.b.c", &sealed(&text)).unwrap().to_vec(), text);
        }

        #[test]
        fn no_changed_bit_opens(text: Vec<u8>, at: prop::sample::Index, bit in 0_u8..8) {
            let mut bytes = sealed(&text);
            let place = HEADER + at.index(bytes.len() - HEADER);
            bytes[place] ^= 1 << bit;
            prop_assert!(key(1).open("a.b.c", &bytes).is_err());
        }
    }

    #[test]
    fn another_column_or_key_does_not_open() {
        let bytes = sealed(b"secret");
        assert!(key(1).open("a.b.d", &bytes).is_err());
        assert!(key(2).open("a.b.c", &bytes).is_err());
        assert_eq!(key_id(&bytes), Some(KeyId(Uuid::from_u128(9))));
        assert!(!bytes.windows(6).any(|part| part == b"secret"));
    }
}
