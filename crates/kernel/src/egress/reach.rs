//! Which addresses a file may be fetched from that a person named: public ones, and those that the operator allows beside them. Names
//! are looked up here and nowhere else, so that what was checked is what is connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::error::{Error, Result};

/// Where files may be fetched from.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    inside: Vec<IpNet>,
    authorities: Vec<reqwest::Certificate>,
}

/// A host that nothing is fetched from.
#[derive(Debug, thiserror::Error)]
#[error("{host} leads to an address that is not public")]
pub struct NotPublic {
    host: String,
}

impl Reach {
    /// Public addresses, and those in the networks `inside`.
    pub fn with(inside: Vec<IpNet>) -> Self {
        Self { inside, authorities: Vec::new() }
    }

    /// Also believes the authorities in `pem` about who is who.
    ///
    /// # Errors
    /// `Invalid` when that holds no certificate.
    pub fn trusting(mut self, pem: &[u8]) -> Result<Self> {
        let wrong = |error: reqwest::Error| Error::invalid("authority", "this is no certificate in PEM").caused_by(error);
        self.authorities = reqwest::Certificate::from_pem_bundle(pem).map_err(wrong)?;
        Ok(self)
    }

    /// Whether something may be fetched from this address.
    pub fn allows(&self, address: IpAddr) -> bool {
        is_public(address) || self.inside.iter().any(|network| network.contains(&address))
    }

    pub(super) fn authorities(&self) -> Vec<reqwest::Certificate> {
        self.authorities.clone()
    }

    /// Checks a host that is written as an address; names are checked when they are looked up.
    pub(super) fn check_host(&self, url: &reqwest::Url) -> Result<(), NotPublic> {
        let host = url.host_str().unwrap_or_default();
        match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            Ok(address) if !self.allows(address) => Err(NotPublic { host: host.to_owned() }),
            _ => Ok(()),
        }
    }
}

/// Looks names up and leaves out what is not allowed.
pub(super) struct Guarded(pub(super) Arc<Reach>);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0.clone();
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.filter(|address| reach.allows(address.ip())).collect();
            if found.is_empty() { Err(NotPublic { host }.into()) } else { Ok(Box::new(found.into_iter()) as Addrs) }
        })
    }
}

/// Whether anybody can reach the address: none that is special by the registries of IANA (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_four(address),
        IpAddr::V6(address) => is_public_six(address),
    }
}

fn is_public_four(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = a == 192 && b == 0 && c == 0;
    let benchmarks = a == 198 && (18..20).contains(&b);
    let relays = a == 192 && b == 88 && c == 99;
    !(a == 0
        || a >= 224
        || shared
        || protocols
        || benchmarks
        || relays
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation())
}

fn is_public_six(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let [first, second, ..] = parts;
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_four(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // An IPv4 address in another form, or behind a translator, is what it is inside.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        [0x2002, high, low, ..] => inner(high, low),
        // Only 2000::/3 is given out; of it, 2001::/23 has special uses and 2001:db8::/32 and 3fff::/20 are for documents.
        _ => first & 0xe000 == 0x2000 && !(first == 0x2001 && (second < 0x200 || second == 0xdb8)) && !(first == 0x3fff && second < 0x1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_special_is_public() {
        let public = |text: &str| is_public(text.parse().unwrap());
        for inside in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!public(inside), "{inside}");
        }
        for outside in ["1.1.1.1", "151.101.2.132", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2001:4860:4860::8888"] {
            assert!(public(outside), "{outside}");
        }
    }

    #[test]
    fn the_operator_may_allow_a_mirror_inside() {
        let reach = Reach::with(vec!["10.0.0.0/24".parse().unwrap()]);
        assert!(reach.allows("10.0.0.7".parse().unwrap()) && !reach.allows("10.0.1.7".parse().unwrap()));
        assert!(reach.check_host(&"https://10.0.0.7/disk".parse().unwrap()).is_ok());
        for url in ["https://127.0.0.1/disk", "https://[::1]/disk", "https://0x7f000001/disk", "https://2130706433/disk"] {
            assert!(reach.check_host(&url.parse().unwrap()).is_err(), "{url}");
        }
    }
}
