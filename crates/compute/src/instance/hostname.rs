//! Host names: one label by RFC 1123 §2.1 and RFC 952.

use kernel::{Error, Result};

/// Whether `text` can be a machine's host name.
///
/// # Errors
/// `Invalid` on `hostname`, saying what to change.
pub fn check(text: &str) -> Result<()> {
    let wrong = |message: &str| Err(Error::invalid("hostname", message));
    if text.is_empty() {
        return wrong("give the machine a host name");
    }
    if text.len() > 63 {
        return wrong("use at most 63 characters");
    }
    if text.contains('.') {
        return wrong("use the first part only, without a domain");
    }
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return wrong("use letters a to z, digits and '-' only");
    }
    if text.starts_with('-') || text.ends_with('-') {
        return wrong("begin and end with a letter or digit");
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return wrong("use at least one letter");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn labels_pass_and_other_texts_are_told_why() {
        for good in ["web-1", "a", "A1", "3com", &"x".repeat(63)] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["", "-web", "web-", "web.example.org", "we b", "wéb", "123", "web_1", &"x".repeat(64)] {
            let error = check(bad).unwrap_err();
            assert_eq!(error.fields()[0].field, "hostname", "{bad}");
        }
    }
}
