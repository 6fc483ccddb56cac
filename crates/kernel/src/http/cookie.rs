//! The one way to set a cookie: from its map entry, so that the cookie policy states the life and
//! the flags that are really sent. The lint finds the calls in the source; their first argument is
//! always `&data_map::NAME`.

use axum::http::header::{HeaderName, HeaderValue, SET_COOKIE};

use crate::map::ClientKey;

/// One header of an answer.
pub type Header = (HeaderName, HeaderValue);

/// Sets `key` to `value` for as long as its entry says, out of reach of scripts and other sites.
pub fn set_cookie(key: &ClientKey, value: &str) -> Header {
    header(key, value, key.seconds)
}

/// Removes `key` from the browser.
pub fn end_cookie(key: &ClientKey) -> Header {
    header(key, "", 0)
}

fn header(key: &ClientKey, value: &str, seconds: u64) -> Header {
    // RFC 6265bis §4.1.3: browsers take such a name only with Secure, and only over TLS.
    let secure = if key.name.starts_with("__") { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; HttpOnly{secure}; SameSite=Lax; Max-Age={seconds}", key.name);
    // A value with control characters is no cookie; the browser then keeps what it has.
    (SET_COOKIE, HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("")))
}
