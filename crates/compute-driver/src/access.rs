//! Words for what lets people into a guest, and for when a change is in force.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::DriverError;

/// When a change is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InForce {
    /// At once.
    Now,
    /// After the guest has been stopped and started. A stopped guest has it at its next start.
    AfterRestart,
}

/// A password as crypt(5) keeps it, `$6$…`. Drivers never see the password itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes `text` as a hash.
    ///
    /// # Errors
    /// `Refused` for anything but SHA-512 crypt, which every system of the last fifteen years reads.
    pub fn parse(text: &str) -> Result<Self, DriverError> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'$' | b'=');
        if text.starts_with("$6$") && (20..=160).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(DriverError::refused("a password must be hashed with SHA-512 crypt"))
        }
    }

    /// The hash as text, to hand it on.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

impl TryFrom<String> for PasswordHash {
    type Error = DriverError;

    fn try_from(text: String) -> Result<Self, DriverError> {
        Self::parse(&text)
    }
}

impl From<PasswordHash> for String {
    fn from(hash: PasswordHash) -> Self {
        hash.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hash_is_taken_and_it_is_never_printed() {
        let hash = PasswordHash::parse("$6$saltsalt$abcdefghijklmnop./0123").unwrap();
        assert_eq!(format!("{hash:?}"), "PasswordHash");
        for bad in ["hunter2", "$1$salt$abcdefghijklmnopqrstuv", "$6$salt$abc\nroot: x, and more of it", "$6$"] {
            assert!(PasswordHash::parse(bad).is_err(), "{bad}");
        }
    }
}
