//! A block of IPv6 addresses that is ours: the guest with the id `n` has the address `n` behind its beginning, so that nothing has to be kept.

use std::fmt;
use std::net::Ipv6Addr;
use std::ops::RangeInclusive;

use compute_driver::DriverError;
use serde::{Deserialize, Serialize};

/// IPv6 for guests, beside IPv4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ipv6 {
    /// The block, `2001:db8:20:1::/64`.
    pub block: Block,
    /// The router of the network, in the block or link-local (`fe80::1`).
    pub gateway: Ipv6Addr,
}

/// A network with 64 leading bits, which is what addresses that hosts make for themselves ask for (RFC 4291 §2.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Block(Ipv6Addr);

const LENGTH: &str = "/64";
/// The bits of a host.
const HOST: u128 = u64::MAX as u128;

impl Block {
    /// Takes a block as people write it.
    ///
    /// # Errors
    /// `Refused` for anything but a network of addresses that single hosts can have, with 64 leading bits.
    pub fn parse(text: &str) -> Result<Self, DriverError> {
        let address = text.strip_suffix(LENGTH).and_then(|address| address.parse::<Ipv6Addr>().ok());
        let fits = |address: &Ipv6Addr| {
            let unusable = address.is_unspecified() || address.is_loopback() || address.is_multicast() || address.is_unicast_link_local();
            u128::from(*address) & HOST == 0 && !unusable
        };
        let address = address.filter(fits).ok_or_else(|| DriverError::refused(format!("{text:?} is no block of IPv6 addresses such as 2001:db8:20:1::/64")))?;
        Ok(Self(address))
    }

    fn holds(self, address: Ipv6Addr) -> bool {
        u128::from(address) & !HOST == u128::from(self.0)
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{LENGTH}", self.0)
    }
}

impl TryFrom<String> for Block {
    type Error = DriverError;

    fn try_from(text: String) -> Result<Self, DriverError> {
        Self::parse(&text)
    }
}

impl From<Block> for String {
    fn from(block: Block) -> Self {
        block.to_string()
    }
}

impl Ipv6 {
    /// Whether guests with these ids could have it.
    pub(crate) fn check(&self, ids: &RangeInclusive<u32>) -> Result<(), DriverError> {
        let inside = self.block.holds(self.gateway);
        if !inside && !self.gateway.is_unicast_link_local() {
            return Err(DriverError::refused("the IPv6 gateway must be in the block, or link-local such as fe80::1"));
        }
        let number = u128::from(self.gateway) & HOST;
        if inside && (number == 0 || (u128::from(*ids.start())..=u128::from(*ids.end())).contains(&number)) {
            return Err(DriverError::refused("the IPv6 gateway is among the addresses for guests, or the block itself"));
        }
        Ok(())
    }

    /// The address of the guest with the id `vmid`.
    pub(crate) fn of(&self, vmid: u32) -> Ipv6Addr {
        Ipv6Addr::from(u128::from(self.block.0) | u128::from(vmid))
    }
}

/// The address that a card makes for itself on its link (RFC 4291, appendix A): neighbours are found with it, whichever other it has.
pub(crate) fn link_local(mac: &str) -> Option<Ipv6Addr> {
    let octets: Vec<u8> = mac.split(':').map(|octet| u8::from_str_radix(octet, 16).ok()).collect::<Option<_>>()?;
    let [a, b, c, d, e, f] = octets.try_into().ok()?;
    let pair = |high: u8, low: u8| u16::from_be_bytes([high, low]);
    // The bit that says whether the address is everywhere the only one is turned over.
    Some(Ipv6Addr::new(0xfe80, 0, 0, 0, pair(a ^ 2, b), pair(c, 0xff), pair(0xfe, d), pair(e, f)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ipv6(block: &str, gateway: &str) -> Ipv6 {
        Ipv6 { block: Block::parse(block).unwrap(), gateway: gateway.parse().unwrap() }
    }

    #[test]
    fn a_block_has_64_leading_bits_and_addresses_of_single_hosts() {
        assert_eq!(Block::parse("2001:db8:20:1::/64").unwrap().to_string(), "2001:db8:20:1::/64");
        assert_eq!(Block::parse("fd00:0:0:7:0::/64").unwrap().to_string(), "fd00:0:0:7::/64");
        for bad in ["", "2001:db8::", "2001:db8::/48", "2001:db8::1/64", "::/64", "fe80::/64", "ff02::/64", "10.0.0.0/64", "2001:db8::/64,gw6=::1"] {
            assert!(Block::parse(bad).is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<Ipv6>(r#"{ "block": "2001:db8::/65", "gateway": "fe80::1" }"#).is_err());
    }

    #[test]
    fn the_gateway_is_a_router_and_no_guest() {
        let ids = 5000..=5999;
        for good in ["fe80::1", "2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"] {
            assert_eq!(ipv6("2001:db8::/64", good).check(&ids), Ok(()), "{good}");
        }
        for bad in ["2001:db8::", "2001:db8::1388", "2001:db8::176f", "2001:db8:1::1", "::1"] {
            assert!(ipv6("2001:db8::/64", bad).check(&ids).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_id_has_one_address() {
        let ipv6 = ipv6("2001:db8:20:1::/64", "fe80::1");
        assert_eq!(ipv6.of(5000).to_string(), "2001:db8:20:1::1388");
        assert_eq!(ipv6.of(999_999_999).to_string(), "2001:db8:20:1::3b9a:c9ff");
    }

    #[test]
    fn a_card_makes_itself_an_address() {
        assert_eq!(link_local("52:54:00:12:34:56").unwrap().to_string(), "fe80::5054:ff:fe12:3456");
        assert_eq!(link_local("BC:24:11:00:00:01").unwrap().to_string(), "fe80::be24:11ff:fe00:1");
        for bad in ["", "52:54:00:12:34", "52:54:00:12:34:56:78", "52:54:00:12:34:xx"] {
            assert_eq!(link_local(bad), None, "{bad}");
        }
    }
}
