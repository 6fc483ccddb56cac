//! What is counted, and how often it may happen.

use std::net::IpAddr;
use std::time::Duration;

use kernel::{Blind, Cx, Error, PersonId, Result, Timestamp};

/// The map entry whose blind index the keys are.
const COLUMN: &str = "identity.throttle.key";
/// Failures that are let through in one window.
pub(crate) const LIMIT: i32 = 10;
/// Mails that one address can be made to receive in one window.
pub(crate) const MAIL_LIMIT: i32 = 5;
/// How long failures count.
pub(crate) const WINDOW: Duration = Duration::from_secs(15 * 60);

/// One thing that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counter(pub(crate) Vec<u8>);

impl Counter {
    /// Sign-ins to an account, existing or not.
    pub(crate) fn account(cx: &Cx, email: &str) -> Result<Self> {
        Self::of(cx, "account", email)
    }

    /// Sign-ins from an address. IPv6 networks of 64 bits count as one: a household has that many.
    pub(crate) fn address(cx: &Cx, address: IpAddr) -> Result<Self> {
        let text = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::")
            }
        };
        Self::of(cx, "address", &text)
    }

    /// Confirmations of the present password.
    pub(crate) fn password(cx: &Cx, person: PersonId) -> Result<Self> {
        Self::of(cx, "password", &person.to_string())
    }

    /// Mails asked for.
    pub(crate) fn mail(cx: &Cx, email: &str) -> Result<Self> {
        Self::of(cx, "mail", email)
    }

    fn of(cx: &Cx, kind: &str, value: &str) -> Result<Self> {
        match Blind::in_column(cx.keys(), COLUMN, &format!("{kind}/{}", value.trim()))?.into() {
            sea_orm::Value::Bytes(Some(bytes)) => Ok(Self(bytes)),
            _ => Err(Error::internal("a blind index that is not bytes")),
        }
    }
}

/// Time until a window that began at `started` is over.
pub(crate) fn wait(started: Timestamp, now: Timestamp) -> Duration {
    started.plus(WINDOW).since(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_ends_with_the_window() {
        let start = Timestamp(1_000_000);
        assert_eq!(wait(start, start), WINDOW);
        assert_eq!(wait(start, start.plus(WINDOW)), Duration::ZERO);
        assert_eq!(wait(start, start.plus(WINDOW * 2)), Duration::ZERO);
    }
}
