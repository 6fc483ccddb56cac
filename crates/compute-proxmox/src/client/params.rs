//! Parameters of a call, and their two encodings. Proxmox VE takes forms; a few values are encoded before they are a form's value.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986 §2.3; a space is `%20` and never `+`.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes `text` so that nothing in it has a meaning of its own.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, STRICT).to_string()
}

/// The inverse of [`encode`].
pub(crate) fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Names and values, in order. A name may come several times: that is how lists are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// These, and `others` behind them.
    pub(crate) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The value, or nothing at all.
    pub(crate) fn maybe(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// `0` or `1`, the only booleans that every version takes.
    pub(crate) fn flag(self, name: &str, value: bool) -> Self {
        self.with(name, u8::from(value))
    }

    /// SSH keys. The value itself is percent-encoded before it becomes a form's value: a raw one is refused with
    /// `invalid urlencoded string`, and so is one with `+` for its spaces.
    pub(crate) fn ssh_keys(self, keys: &[String]) -> Self {
        if keys.is_empty() { self } else { self.with("sshkeys", encode(&keys.join("\n"))) }
    }

    /// Names and values, in order.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// As a form, or as the query of an address.
    pub(crate) fn encoded(&self) -> String {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        pairs.join("&")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssh_keys_are_encoded_twice_and_strictly() {
        let keys = ["ssh-ed25519 AAAA+/= a:b c".to_owned(), "ssh-rsa BBBB x".to_owned()];
        let params = Params::new().ssh_keys(&keys);
        assert_eq!(params.0[0].1, "ssh-ed25519%20AAAA%2B%2F%3D%20a%3Ab%20c%0Assh-rsa%20BBBB%20x");
        assert_eq!(decode(&params.0[0].1), keys.join("\n"));
        assert!(params.encoded().starts_with("sshkeys=ssh-ed25519%2520AAAA%252B%252F%253D"), "{}", params.encoded());
        assert_eq!(Params::new().ssh_keys(&[]), Params::new());
    }

    #[test]
    fn booleans_are_sent_as_digits_and_absent_values_not_at_all() {
        let params = Params::new().flag("full", true).flag("purge", false).maybe("pool", None::<&str>).with("a b", "c&d");
        assert_eq!(params.encoded(), "full=1&purge=0&a%20b=c%26d");
    }
}
