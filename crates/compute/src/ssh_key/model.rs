//! What a kept key is. No IO, no clock.

use data_encoding::{BASE64, BASE64_NOPAD};
use kernel::{Checks, Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

kernel::id!(
    /// A kept SSH key.
    SshKeyId, "key");

kernel::field!(
    /// What its owner calls it.
    pub Name: String = "compute.ssh_key.name");
kernel::field!(
    /// The key itself, one OpenSSH line.
    pub PublicKey: String = "compute.ssh_key.public_key");

/// A key to be kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSshKey {
    /// What you call it; 1 to 100 characters.
    pub name: String,
    /// One OpenSSH public key.
    pub ssh_public_key: String,
}

impl NewSshKey {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let name = self.name.trim();
        let fits = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        let mut checks = Checks::new();
        checks.that(fits, "name", "use 1 to 100 characters").also(crate::instance::check_ssh_key(&self.ssh_public_key).map(drop));
        checks
    }
}

/// A kept key as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SshKey {
    /// Its id.
    pub id: SshKeyId,
    /// What its owner calls it.
    pub name: String,
    /// The key, one OpenSSH line.
    pub ssh_public_key: String,
    /// `SHA256:…`, as `ssh-keygen -l` shows it.
    pub fingerprint: String,
    /// Since when it is kept.
    pub created_at: Timestamp,
}

/// The fingerprint of a clean line.
pub(super) fn fingerprint(line: &str) -> Result<String> {
    let body = line.split(' ').nth(1).and_then(|body| BASE64.decode(body.as_bytes()).ok());
    let body = body.ok_or_else(|| Error::internal("a checked key has no body"))?;
    Ok(format!("SHA256:{}", BASE64_NOPAD.encode(&Sha256::digest(body))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_the_one_that_ssh_keygen_shows() {
        let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti me@home";
        assert_eq!(fingerprint(line).unwrap(), "SHA256:UCUiLr7Pjs9wFFJMDByLgc3NrtdU344OgUM45wZPcIQ");
    }

    #[test]
    fn both_fields_are_told_at_once() {
        let error = NewSshKey { name: String::new(), ssh_public_key: "hello".to_owned() }.checks().done().unwrap_err();
        assert_eq!(error.fields().iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), ["name", "ssh_public_key"]);
    }
}
