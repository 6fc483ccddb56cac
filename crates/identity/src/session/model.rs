//! What a session is to its person, how long it lives, and the cookie that carries it.

use std::time::Duration;

use kernel::agent::{Device, System};
use kernel::http::{Header, end_cookie, set_cookie};
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::data_map;

kernel::id!(
    /// A session.
    SessionId, "ses");

/// Sealed columns.
pub(crate) mod fields {
    kernel::field!(
        /// The program that the session was begun with.
        pub Agent: kernel::Agent = "identity.session.agent");
    kernel::field!(
        /// The network that the session was begun from.
        pub Network: String = "identity.session.network");
}

/// The longest that a session lives.
pub const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);
/// It ends when it was not used for this long.
pub const IDLE: Duration = Duration::from_secs(14 * 24 * 3600);
/// Uses are noted at most this often: a write per request would cost more than it tells.
pub(crate) const NOTED_EVERY: Duration = Duration::from_secs(3600);

/// When a session that began at `began` and was used at `used` ends.
pub(crate) fn end(began: Timestamp, used: Timestamp) -> Timestamp {
    began.plus(LONGEST).min(used.plus(IDLE))
}

/// Whether the cookie demands TLS. Browsers refuse the `__Host-` prefix on plain http, so an
/// installation that is reached on its own machine only uses another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CookieSecurity {
    /// `__Host-fairhold_session; Secure`.
    #[default]
    Tls,
    /// `fairhold_session`, for plain http on a loopback address.
    PlainLoopback,
}

impl CookieSecurity {
    /// The `Set-Cookie` header for a new session.
    pub fn set(self, secret: &str) -> Header {
        match self {
            Self::Tls => set_cookie(&data_map::SESSION, secret),
            Self::PlainLoopback => set_cookie(&data_map::SESSION_PLAIN, secret),
        }
    }

    /// The `Set-Cookie` header that removes the session.
    pub fn unset(self) -> Header {
        match self {
            Self::Tls => end_cookie(&data_map::SESSION),
            Self::PlainLoopback => end_cookie(&data_map::SESSION_PLAIN),
        }
    }
}

/// A sign-in.
#[derive(Deserialize, ToSchema)]
pub struct NewSession {
    /// The address of the account.
    pub email: String,
    /// Its password.
    pub password: String,
}

/// A session as its person sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// It is the one that asks.
    pub current: bool,
    /// Family and major version of the browser, where it is known.
    pub browser: Option<String>,
    /// The family of the operating system.
    pub system: Option<System>,
    /// The kind of device.
    pub device: Option<Device>,
    /// The network that the session was begun from: a /24 or /48.
    pub network: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// The last use, to the hour.
    pub last_seen_at: Timestamp,
    /// When it ends if it is not used.
    pub expires_at: Timestamp,
}

/// A successful sign-in.
pub struct SignedIn {
    /// Who.
    pub person: PersonId,
    /// The session's secret, for the cookie.
    pub secret: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_idle_and_in_any_case_after_thirty_days() {
        let day = Duration::from_secs(24 * 3600);
        let began = Timestamp(0);
        assert_eq!(end(began, began), began.plus(day * 14));
        assert_eq!(end(began, began.plus(day * 10)), began.plus(day * 24));
        assert_eq!(end(began, began.plus(day * 29)), began.plus(day * 30));
    }

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_hosts() {
        assert_eq!(CookieSecurity::Tls.set("x").1, "__Host-fairhold_session=x; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=2592000");
        assert_eq!(CookieSecurity::PlainLoopback.unset().1, "fairhold_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        assert_eq!(data_map::SESSION.seconds, LONGEST.as_secs());
    }
}
