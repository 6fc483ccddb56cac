//! Tags: words that an owner puts on machines to find them again, as `key` or `key:value`.

use kernel::seal::KeyRing;
use kernel::{Blind, Error, Result};

use super::model::Tags;

/// The most tags that a machine has.
const MOST: usize = 20;
const KEY_LENGTH: usize = 40;
const VALUE_LENGTH: usize = 60;

/// The tags in the one form in which they are kept: lower case, sorted, each once.
///
/// # Errors
/// `Invalid` on `tags`, saying what to change.
pub fn check(tags: &[String]) -> Result<Vec<String>> {
    let mut clean = tags.iter().map(|tag| one("tags", tag)).collect::<Result<Vec<_>>>()?;
    clean.sort();
    clean.dedup();
    if clean.len() > MOST {
        return Err(Error::invalid("tags", format!("use at most {MOST} tags")));
    }
    Ok(clean)
}

/// One tag that somebody looks for.
///
/// # Errors
/// `Invalid` on `tag`.
pub(super) fn wanted(keys: &KeyRing, tag: &str) -> Result<Blind> {
    Blind::of::<Tags>(keys, &one("tag", tag)?)
}

/// What machines with these tags are found by: each tag whole, and its key, so that `env` finds `env:live` too.
pub(super) fn indexes(keys: &KeyRing, tags: &[String]) -> Result<Vec<Blind>> {
    let mut words: Vec<&str> = tags.iter().flat_map(|tag| [tag.as_str(), tag.split(':').next().unwrap_or(tag)]).collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter().map(|word| Blind::of::<Tags>(keys, word)).collect()
}

fn one(field: &str, text: &str) -> Result<String> {
    let tag = text.trim().to_lowercase();
    let (key, value) = tag.split_once(':').map_or((tag.as_str(), None), |(key, value)| (key, Some(value)));
    let fits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-/".contains(&byte))
    };
    if fits(key, KEY_LENGTH) && value.is_none_or(|value| fits(value, VALUE_LENGTH)) {
        return Ok(tag);
    }
    Err(Error::invalid(
        field,
        "write a tag as key or key:value, with letters a to z, digits, '.', '_', '-' and '/'; a key has up to 40 of them, a value up to 60",
    ))
}

#[cfg(test)]
mod tests {
    use kernel::seal::RootKey;

    use super::*;

    fn tags(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn tags_are_kept_in_one_form() {
        assert_eq!(check(&tags(&[" Web ", "env:Live", "web"])).unwrap(), ["env:live", "web"]);
        assert!(check(&[]).unwrap().is_empty());
        for bad in ["", ":", "env:", ":live", "a b", "a:b:c", "wéb", &"x".repeat(41), &format!("a:{}", "x".repeat(61))] {
            assert_eq!(check(&tags(&[bad])).unwrap_err().fields()[0].field, "tags", "{bad}");
        }
        let many: Vec<String> = (0..21).map(|number| format!("t{number}")).collect();
        assert!(check(&many).is_err() && check(&many[1..]).is_ok());
    }

    #[test]
    fn a_key_finds_all_its_values() {
        let keys = KeyRing::new(RootKey::generate().unwrap());
        let kept = indexes(&keys, &tags(&["env:live", "env:test", "web"])).unwrap();
        assert_eq!(kept.len(), 4, "two tags with a value, their key once, and one key");
        for found in ["env", "ENV:live", "web"] {
            assert!(kept.contains(&wanted(&keys, found).unwrap()), "{found}");
        }
        assert!(!kept.contains(&wanted(&keys, "live").unwrap()));
        assert_eq!(wanted(&keys, "").unwrap_err().fields()[0].field, "tag");
    }
}
