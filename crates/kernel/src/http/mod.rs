//! Where requests become scopes and errors become responses. The only part of the kernel that names axum.

mod cookie;
mod extract;
mod problem;

pub use cookie::{Header, end_cookie, set_cookie};
pub use extract::{Authority, Credentials, Json, Path, Query, Wanted};
pub use problem::Problem;

/// The session cookie over TLS; the prefix binds it to the host (RFC 6265bis §4.1.3.2).
pub const SESSION_COOKIE: &str = "__Host-fairhold_session";
/// The session cookie on plain-http localhost, where browsers refuse the prefix.
pub const SESSION_COOKIE_PLAIN: &str = "fairhold_session";
/// The header that proves that a request with a cookie comes from our own pages.
pub const CSRF_HEADER: &str = "x-csrf-token";
