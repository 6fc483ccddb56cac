//! Words for private networks and for a guest's place in one.

use std::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};

use crate::{DriverError, Network, Reference};

/// A private network: its guests reach each other, as far as their filters let them, and nobody else does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkSpec {
    /// The name it carries on the hypervisor, chosen before the first call.
    pub reference: Reference,
    /// The addresses that its guests have. Networks may overlap: each is a world of its own.
    pub subnet: Network,
    /// The hypervisor's own address in it, where guests send what leaves the network and where they ask for names.
    pub gateway: Ipv4Addr,
    /// Whether its guests reach the outside by an address of the hypervisor. Guests with a public address do in any case.
    pub egress: bool,
}

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
        if self.holds(self.gateway) {
            Ok(())
        } else {
            Err(DriverError::refused(format!("the gateway must lie between {} and {}", Ipv4Addr::from(first), Ipv4Addr::from(last))))
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: [u8; 4], prefix: u8, gateway: [u8; 4]) -> NetworkSpec {
        let subnet = Network { address: address.into(), prefix };
        NetworkSpec { reference: Reference::parse("net_1").unwrap(), subnet, gateway: gateway.into(), egress: true }
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
}
