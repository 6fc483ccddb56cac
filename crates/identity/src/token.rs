//! Secrets that are shown or mailed once: 256 random bits in base64url. Only their SHA-256 is
//! stored; a fast hash is enough because nobody can guess 256 random bits.

use data_encoding::BASE64URL_NOPAD;
use kernel::{Cx, Result};
use sha2::{Digest, Sha256};

/// A fresh secret, as text.
pub(crate) fn fresh(cx: &Cx) -> Result<String> {
    Ok(BASE64URL_NOPAD.encode(&cx.random::<32>()?))
}

/// What is stored of a secret.
pub(crate) fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
