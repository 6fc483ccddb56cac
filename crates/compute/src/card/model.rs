//! What a card is. No IO, no clock.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::network::NetworkId;
use crate::security_group::SecurityGroupId;

/// Where a machine shall be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// The private network; without one the machine is where its node puts machines by itself.
    #[serde(default)]
    pub network_id: Option<NetworkId>,
    /// What says which traffic passes. Without one, whatever comes from the network itself passes and nothing from outside; where machines
    /// have cards of their own (`own_card` among their features), everything passes. There it needs no network.
    #[serde(default)]
    pub security_group_id: Option<SecurityGroupId>,
}

/// A machine's place in a private network, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceNetwork {
    /// Which network.
    pub network_id: NetworkId,
    /// Its address there.
    pub ipv4: String,
    /// Its public IPv6 address, where the network has some. Its security group says what reaches it.
    pub ipv6: Option<String>,
}

/// Where a machine was and under which security group, for a workflow that may have to put it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Was {
    /// Its card, if it had one.
    pub card: Option<Place>,
    /// The security group.
    pub security_group_id: Option<SecurityGroupId>,
}

/// A card as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which network.
    pub network_id: NetworkId,
    /// The address there.
    pub ipv4: String,
    /// The IPv6 address there.
    pub ipv6: Option<String>,
}

/// The lowest address of the network that no machine and no gateway has.
pub(super) fn free_address(subnet: Ipv4Net, taken: &BTreeSet<Ipv4Addr>) -> Option<Ipv4Addr> {
    // The first one is the gateway's.
    subnet.hosts().skip(1).find(|address| !taken.contains(address))
}

/// The IPv6 address of the machine that has `ipv4`: the block's 64 leading bits, and `ipv4` as the last 32. So it is the machine's own
/// as long as `ipv4` is, and nothing more has to be given out.
pub(super) fn ipv6_of(block: Ipv6Net, ipv4: Ipv4Addr) -> Ipv6Addr {
    Ipv6Addr::from_bits(block.network().to_bits() | u128::from(ipv4.to_bits()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_and_a_full_network_has_none() {
        let subnet: Ipv4Net = "10.0.0.0/29".parse().unwrap();
        let taken = |last: &[u8]| last.iter().map(|last| Ipv4Addr::new(10, 0, 0, *last)).collect::<BTreeSet<_>>();
        assert_eq!(free_address(subnet, &taken(&[2, 4])), Some(Ipv4Addr::new(10, 0, 0, 3)));
        assert_eq!(free_address(subnet, &taken(&[2, 3, 4, 5, 6])), None);
    }

    #[test]
    fn two_machines_of_a_network_never_share_an_ipv6_address() {
        let block = "2001:db8:0:7::/64".parse().unwrap();
        assert_eq!(ipv6_of(block, [10, 0, 0, 9].into()).to_string(), "2001:db8:0:7::a00:9");
        assert_ne!(ipv6_of(block, [10, 0, 0, 9].into()), ipv6_of(block, [10, 0, 1, 9].into()));
    }
}
