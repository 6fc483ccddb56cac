//! Words for private networks and for a guest's place in one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::{DriverError, Network, Reference};

/// A private network: its guests reach each other, as far as their filters let them, and nobody else does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkSpec {
    /// The name it carries on the hypervisor, chosen before the first call.
    pub reference: Reference,
    /// The addresses that its guests have. Networks may overlap: each is a world of its own.
    pub subnet: Network,
    /// The hypervisor's own address in it, where guests send what leaves the network and where they ask for names. Where they have cards
    /// of their own for that ([`OwnCard`](crate::Feature::OwnCard)), it is nobody's.
    pub gateway: Ipv4Addr,
    /// Whether its guests may begin connections to the outside. Guests with a public IPv4 address may in any case; others share the
    /// hypervisor's, or use cards of their own.
    pub egress: bool,
    /// The first address of a /64 of public IPv6 addresses that the outside routes to the hypervisor. Guests have them as they are,
    /// without translation.
    #[serde(default)]
    pub ipv6: Option<Ipv6Addr>,
}

/// Where guests send what leaves a network by IPv6: the same on every network, because a link's addresses mean something on it only.
pub const IPV6_GATEWAY: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);

impl NetworkSpec {
    /// Whether any hypervisor could make this network.
    ///
    /// # Errors
    /// `Refused`, naming the first thing to change.
    pub fn check(&self) -> Result<(), DriverError> {
        let Some((first, last)) = self.range() else {
            return Err(DriverError::refused("a private network needs an IPv4 subnet of 8 to 29 leading bits, such as 10.0.0.0/24"));
        };
        if self.subnet.address != IpAddr::V4(Ipv4Addr::from(first)) {
            return Err(DriverError::refused("a subnet begins with its own address"));
        }
        if !self.holds(self.gateway) {
            return Err(DriverError::refused(format!("the gateway must lie between {} and {}", Ipv4Addr::from(first), Ipv4Addr::from(last))));
        }
        let is_block = |first: Ipv6Addr| first.to_bits() << 64 == 0 && !(first.is_unspecified() || first.is_multicast() || first.is_unicast_link_local());
        if self.ipv6.is_none_or(is_block) { Ok(()) } else { Err(DriverError::refused("IPv6 addresses come as the first one of a /64 that can be routed")) }
    }

    /// Whether `address` is one that a guest can have: inside the network's /64, and not the first, which belongs to every router
    /// (RFC 4291 §2.6.1).
    pub fn holds_ipv6(&self, address: Ipv6Addr) -> bool {
        self.ipv6.is_some_and(|first| first != address && first.to_bits() >> 64 == address.to_bits() >> 64)
    }

    /// Whether a guest can have both addresses of `card`, which names this network.
    ///
    /// # Errors
    /// `Refused`, naming the address that is not one for a guest.
    pub fn fits(&self, card: &Card) -> Result<(), DriverError> {
        let refused = |address: IpAddr| Err(DriverError::refused(format!("{address} is no address for a guest of this network")));
        if !self.holds(card.ipv4) || card.ipv4 == self.gateway {
            return refused(card.ipv4.into());
        }
        match card.ipv6 {
            Some(address) if !self.holds_ipv6(address) => refused(address.into()),
            _ => Ok(()),
        }
    }

    /// Whether `self` and `other` are one network: same reference, subnet and gateway.
    pub fn same_shape(&self, other: &Self) -> bool {
        (&self.reference, self.subnet, self.gateway) == (&other.reference, other.subnet, other.gateway)
    }

    /// Whether `address` is one that a guest or the gateway can have: inside, and neither the first nor the last.
    pub fn holds(&self, address: Ipv4Addr) -> bool {
        self.range().is_some_and(|(first, last)| (first + 1..last).contains(&u32::from(address)))
    }

    /// First and last address, both of which nobody has (RFC 1122 §3.2.1.3).
    fn range(&self) -> Option<(u32, u32)> {
        let IpAddr::V4(address) = self.subnet.address else { return None };
        let host = (8..=29).contains(&self.subnet.prefix).then(|| u32::MAX >> self.subnet.prefix)?;
        let first = u32::from(address) & !host;
        Some((first, first | host))
    }
}

/// A guest's place in a private network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Which network.
    pub network: Reference,
    /// The guest's address in it.
    pub ipv4: Ipv4Addr,
    /// The guest's public IPv6 address, of the network's block.
    #[serde(default)]
    pub ipv6: Option<Ipv6Addr>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: [u8; 4], prefix: u8, gateway: [u8; 4]) -> NetworkSpec {
        let subnet = Network { address: address.into(), prefix };
        NetworkSpec { reference: Reference::parse("net_1").unwrap(), subnet, gateway: gateway.into(), egress: true, ipv6: None }
    }

    #[test]
    fn a_network_that_can_never_work_is_refused() {
        assert_eq!(network([10, 0, 0, 0], 24, [10, 0, 0, 1]).check(), Ok(()));
        for bad in [
            network([10, 0, 0, 0], 30, [10, 0, 0, 1]),
            network([10, 0, 0, 5], 24, [10, 0, 0, 1]),
            network([10, 0, 0, 0], 24, [10, 0, 0, 0]),
            network([10, 0, 0, 0], 24, [10, 0, 0, 255]),
            network([10, 0, 0, 0], 24, [10, 0, 1, 1]),
        ] {
            assert!(matches!(bad.check(), Err(DriverError::Refused { .. })), "{bad:?}");
        }
        let six = NetworkSpec { subnet: Network { address: "fd00::".parse().unwrap(), prefix: 24 }, ..network([10, 0, 0, 0], 24, [10, 0, 0, 1]) };
        assert!(six.check().is_err());
    }

    #[test]
    fn a_guest_has_addresses_of_its_own_network_only() {
        let dual = |first: &str| NetworkSpec { ipv6: Some(first.parse().unwrap()), ..network([10, 0, 0, 0], 24, [10, 0, 0, 1]) };
        for bad in ["2001:db8::1", "fe80::", "ff02::", "::"] {
            assert!(matches!(dual(bad).check(), Err(DriverError::Refused { .. })), "{bad}");
        }
        let network = dual("2001:db8:0:7::");
        assert_eq!(network.check(), Ok(()));
        let card =
            |ipv4: [u8; 4], ipv6: Option<&str>| Card { network: network.reference.clone(), ipv4: ipv4.into(), ipv6: ipv6.map(|text| text.parse().unwrap()) };
        for good in [None, Some("2001:db8:0:7::a00:9")] {
            assert_eq!(network.fits(&card([10, 0, 0, 9], good)), Ok(()));
        }
        for (ipv4, ipv6) in [([10, 0, 0, 1], None), ([10, 0, 1, 9], None), ([10, 0, 0, 9], Some("2001:db8:0:8::9")), ([10, 0, 0, 9], Some("2001:db8:0:7::"))] {
            assert!(network.fits(&card(ipv4, ipv6)).is_err(), "{ipv4:?} {ipv6:?}");
        }
    }
}
