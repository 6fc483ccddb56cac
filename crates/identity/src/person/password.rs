//! Passwords: which ones are good enough, and how they are kept. Argon2id with the parameters of
//! the OWASP password storage cheat sheet; hashing runs beside the async workers.

use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use kernel::{Cx, Error, Result};
use zeroize::Zeroizing;

const MIN_CHARACTERS: usize = 10;
/// Longer texts only cost time: the estimate of strength reads the first hundred characters.
const MAX_BYTES: usize = 256;
/// zxcvbn's third of four steps: "safely unguessable" against a slow hash.
const MIN_SCORE: u8 = 3;
/// Letters and digits that must remain when the person's own names are taken out.
const MIN_OWN: usize = 6;

/// 19 MiB, two passes, one lane.
fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(|error| Error::internal("argon2 parameters").caused_by(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A hash of nothing that anybody knows: checked when there is no account, so that the answer
/// takes as long as for one that exists.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash_with(b"nobody signs in with this", b"fairhold-nobody!").ok());

fn hash_with(password: &[u8], salt: &[u8]) -> Result<String> {
    let hash: PasswordHash = argon2()?.hash_password_with_salt(password, salt).map_err(|error| Error::internal("argon2").caused_by(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether `password` may be used; `inputs` are what an attacker would try first.
///
/// # Errors
/// `Invalid` at `field`, saying what would help.
pub(crate) fn check(field: &str, password: &str, inputs: &[&str]) -> Result<()> {
    if password.chars().count() < MIN_CHARACTERS {
        return Err(Error::invalid(field, "Use at least 10 characters."));
    }
    if password.len() > MAX_BYTES {
        return Err(Error::invalid(field, "Use at most 256 bytes."));
    }
    let known: Vec<&str> = inputs.iter().flat_map(|input| input.split(['@', '.', ' ']).chain([*input])).filter(|part| part.len() > 2).collect();
    if left_without(password, &known) < MIN_OWN {
        return Err(Error::invalid(field, "This is little more than your name or address. Use words that have nothing to do with you."));
    }
    let estimate = zxcvbn::zxcvbn(password, &known);
    if u8::from(estimate.score()) >= MIN_SCORE {
        return Ok(());
    }
    let feedback = estimate.feedback();
    let warning = feedback.and_then(zxcvbn::feedback::Feedback::warning).map(|warning| warning.to_string());
    let advice = feedback.and_then(|feedback| feedback.suggestions().first().map(ToString::to_string));
    let warning = warning.unwrap_or_else(|| "This password is easy to guess.".to_owned());
    let advice = advice.unwrap_or_else(|| "Add another word or two.".to_owned());
    Err(Error::invalid(field, format!("{warning} {advice}")))
}

/// Letters and digits of `password` that are not part of one of `known`. The estimate takes three
/// pieces for strong, even when two of them are the person's own names.
fn left_without(password: &str, known: &[&str]) -> usize {
    let mut rest = password.to_lowercase();
    let mut known: Vec<String> = known.iter().map(|part| part.to_lowercase()).collect();
    known.sort_by_key(|part| std::cmp::Reverse(part.len()));
    for part in &known {
        rest = rest.replace(part.as_str(), "");
    }
    rest.chars().filter(|letter| letter.is_alphanumeric()).count()
}

/// The hash of a new password, with a fresh salt.
///
/// # Errors
/// `Internal` only.
pub(crate) async fn hash(cx: &Cx, password: &str) -> Result<String> {
    let salt = cx.random::<16>()?;
    let password = Zeroizing::new(password.to_owned());
    beside(move || hash_with(password.as_bytes(), &salt)).await?
}

/// Whether `password` is the one whose hash is `stored`. Takes as long when there is none.
///
/// # Errors
/// `Internal` when the stored hash is damaged.
pub(crate) async fn verify(password: &str, stored: Option<&str>) -> Result<bool> {
    let password = Zeroizing::new(password.to_owned());
    let stored = stored.map(str::to_owned);
    beside(move || {
        let nobody = NOBODY.as_deref().ok_or_else(|| Error::internal("argon2"))?;
        let known = stored.is_some();
        let text = stored.as_deref().unwrap_or(nobody);
        let hash = PasswordHash::new(text).map_err(|error| Error::internal("a stored password hash is damaged").caused_by(error.to_string()))?;
        let matches = argon2()?.verify_password(password.as_bytes(), &hash).is_ok();
        Ok(known && matches)
    })
    .await?
}

async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal("password hashing was interrupted").caused_by(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_and_well_known_passwords_are_refused_with_advice() {
        for weak in ["short", "password123", "qwertyuiop", "1234567890", "iloveyou1234", "AdaLovelace1"] {
            let error = check("password", weak, &["ada@lovelace.org", "Ada Lovelace"]).unwrap_err();
            assert_eq!(error.fields()[0].field, "password");
            assert!(error.fields()[0].message.len() > 15, "{weak}: {error}");
        }
        assert!(check("password", "violet tractor hums again", &[]).is_ok());
        assert!(check("password", &"x7!".repeat(100), &[]).is_err());
    }

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let stored = hash_with(b"violet tractor hums", b"0123456789abcdef").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("violet tractor hums", Some(&stored)).await.unwrap());
        assert!(!verify("violet tractor hum", Some(&stored)).await.unwrap());
        assert!(!verify("nobody signs in with this", None).await.unwrap());
    }
}
