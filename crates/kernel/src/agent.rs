//! What is kept of a caller's program and address: families and networks. The server reduces the
//! `User-Agent` header to this at its edge, so nothing finer reaches a domain, a row or a log.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The family of an operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// Microsoft Windows.
    Windows,
    /// Apple macOS.
    Macos,
    /// Linux, BSD and the like on a desk.
    Linux,
    /// Google ChromeOS.
    Chromeos,
    /// Android.
    Android,
    /// iOS and iPadOS.
    Ios,
    /// Anything else.
    Other,
}

/// The kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// A computer.
    Desktop,
    /// A phone or tablet.
    Mobile,
    /// A program, or nothing that is known.
    Other,
}

/// A caller's program, reduced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// Family and major version, for example `Firefox 141`; absent when the family is unknown.
    pub browser: Option<String>,
    /// The family of its operating system.
    pub system: System,
    /// The kind of device.
    pub device: Device,
}

/// The /24 of an IPv4 address, the /48 of an IPv6 address.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_cut_to_their_network() {
        for (whole, cut) in
            [("192.0.2.77", "192.0.2.0/24"), ("::ffff:192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"), ("::1", "0:0:0::/48")]
        {
            assert_eq!(network(whole.parse().unwrap()), cut);
        }
    }
}
