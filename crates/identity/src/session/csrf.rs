//! The CSRF token: derived from the session's secret with a key of the instance, so nothing is
//! stored and a token of one session is worth nothing in another.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use data_encoding::BASE64URL_NOPAD;
use kernel::{Cx, Result};

fn key(cx: &Cx) -> Result<Key> {
    Ok(Key::new(HMAC_SHA256, cx.keys().root().derive("identity/csrf")?.as_slice()))
}

/// The token that pages of the session `secret` send with every change.
pub(crate) fn csrf_token(cx: &Cx, secret: &str) -> Result<String> {
    Ok(BASE64URL_NOPAD.encode(sign(&key(cx)?, secret.as_bytes()).as_ref()))
}

/// Whether `token` belongs to the session `secret`; takes as long for any wrong one.
pub(crate) fn csrf_matches(cx: &Cx, secret: &str, token: &str) -> Result<bool> {
    let Ok(tag) = BASE64URL_NOPAD.decode(token.as_bytes()) else { return Ok(false) };
    Ok(verify(&key(cx)?, secret.as_bytes(), &tag).is_ok())
}
