//! SSH public keys: what people paste, checked before it reaches a machine.

use data_encoding::BASE64;
use kernel::{Error, Result};
use ssh_key::PublicKey;
use ssh_key::public::KeyData;

/// The fewest bits of an RSA key that are still safe (NIST SP 800-131A).
const RSA_BITS: usize = 2048;
/// Elliptic curves and security keys: checked by their frame, because they are only handed on.
const FRAMED: &[&str] =
    &["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"];

/// The key as one clean line.
///
/// # Errors
/// `Invalid` on `ssh_public_key`, saying what to paste instead.
pub fn check(text: &str) -> Result<String> {
    let wrong = |message: &str| Error::invalid("ssh_public_key", message);
    let line = text.trim();
    if line.is_empty() {
        return Err(wrong("paste your SSH public key, the content of ~/.ssh/id_ed25519.pub for example"));
    }
    if line.contains("PRIVATE KEY") || line.starts_with("PuTTY-User-Key-File") {
        return Err(wrong(
            "this is a private key: never give it to anybody, us included. We did not keep it. Paste the public key, from the file that ends in .pub",
        ));
    }
    if line.lines().count() > 1 || line.chars().any(char::is_control) {
        return Err(wrong("paste one key in one line"));
    }
    if line.len() > 16_384 {
        return Err(wrong("this is too long for a key"));
    }
    let mut words = line.split_ascii_whitespace();
    let (Some(kind), Some(body)) = (words.next(), words.next()) else {
        return Err(wrong("a key has two parts: its type, such as ssh-ed25519, and a long text"));
    };
    if kind == "ssh-dss" || kind == "ssh-dsa" {
        return Err(wrong("DSA keys are not safe any more: make a new one with ssh-keygen -t ed25519"));
    }
    if FRAMED.contains(&kind) {
        if framed(kind, body) {
            return Ok(words.fold(format!("{kind} {body}"), |line, word| format!("{line} {word}")));
        }
        return Err(wrong("this key is damaged: copy it again, from its type to its end"));
    }
    let line = words.fold(format!("{kind} {body}"), |line, word| format!("{line} {word}"));
    let key = PublicKey::from_openssh(&line)
        .map_err(|error| wrong("this is not an SSH public key: it begins with its type, such as ssh-ed25519").caused_by(error))?;
    match key.key_data() {
        KeyData::Ed25519(_) => Ok(line),
        KeyData::Rsa(rsa) if bits(rsa.n.as_positive_bytes().unwrap_or_default()) >= RSA_BITS => Ok(line),
        KeyData::Rsa(_) => Err(wrong("RSA keys need 2048 bits or more: make a new one with ssh-keygen -t ed25519")),
        _ => Err(wrong("this type of key is not accepted: make one with ssh-keygen -t ed25519")),
    }
}

fn bits(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - usize::try_from(first.leading_zeros()).unwrap_or(0))
}

/// True when the body's first string names the type (RFC 4253 §6.6) and something follows it.
fn framed(kind: &str, body: &str) -> bool {
    let Ok(bytes) = BASE64.decode(body.as_bytes()) else { return false };
    let length = u32::try_from(kind.len()).unwrap_or(u32::MAX).to_be_bytes();
    bytes.strip_prefix(&length).and_then(|rest| rest.strip_prefix(kind.as_bytes())).is_some_and(|rest| rest.len() > 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti me@home";

    fn rsa(bits: usize) -> String {
        let mut modulus = vec![0_u8; 1];
        modulus.extend(vec![0xff; bits / 8]);
        let mut blob = Vec::new();
        for part in [b"ssh-rsa".to_vec(), vec![1, 0, 1], modulus] {
            blob.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
            blob.extend(part);
        }
        format!("ssh-rsa {}", BASE64.encode(&blob))
    }

    fn why(text: &str) -> String {
        check(text).unwrap_err().to_string()
    }

    #[test]
    fn good_keys_become_one_line() {
        assert_eq!(check(&format!("  {ED25519}\n")).unwrap(), ED25519);
        assert!(check(&rsa(2048)).is_ok());
    }

    #[test]
    fn a_private_key_is_refused_in_plain_words() {
        assert!(why("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----").contains("private key"));
        assert!(why("PuTTY-User-Key-File-3: ssh-ed25519").contains("private key"));
    }

    #[test]
    fn weak_and_broken_keys_are_refused() {
        assert!(why("ssh-dss AAAAB3NzaC1kc3MAAACBAP").contains("DSA"));
        assert!(why(&rsa(1024)).contains("2048"));
        assert!(why(&ED25519[..40]).contains("not an SSH public key"));
        assert!(why("hello").contains("two parts"));
        assert!(why(&format!("{ED25519}\n{ED25519}")).contains("one line"));
        assert!(why("ecdsa-sha2-nistp256 AAAA").contains("damaged"));
        assert!(why("").contains("paste"));
    }
}
