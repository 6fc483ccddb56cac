//! What a card is. No IO, no clock.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::network::NetworkId;
use crate::security_group::SecurityGroupId;
use crate::subnet::Subnet;

/// Where a machine shall be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// The private network; without one the machine is where its node puts machines by itself.
    #[serde(default)]
    pub network_id: Option<NetworkId>,
    /// What says which traffic passes. Without one, whatever comes from the network itself passes and nothing from outside.
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
    /// What says which traffic passes.
    pub security_group_id: Option<SecurityGroupId>,
    /// Public addresses that lead to it.
    pub addresses: Vec<String>,
}

/// A card as it was, for a workflow that may have to put it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Was {
    /// Which network.
    pub network_id: NetworkId,
    /// The address there.
    pub ipv4: String,
    /// The security group.
    pub security_group_id: Option<SecurityGroupId>,
}

/// The lowest address of the network that no machine and no gateway has.
pub(super) fn free_address(subnet: Subnet, taken: &BTreeSet<Ipv4Addr>) -> Option<Ipv4Addr> {
    let (first, last) = subnet.range();
    // The first one is the gateway's; the last is for broadcasts (RFC 919).
    (first + 2..last).map(Ipv4Addr::from).find(|address| !taken.contains(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_and_a_full_network_has_none() {
        let subnet: Subnet = "10.0.0.0/29".parse().unwrap();
        let taken = |last: &[u8]| last.iter().map(|last| Ipv4Addr::new(10, 0, 0, *last)).collect::<BTreeSet<_>>();
        assert_eq!(free_address(subnet, &taken(&[2, 4])), Some(Ipv4Addr::new(10, 0, 0, 3)));
        assert_eq!(free_address(subnet, &taken(&[2, 3, 4, 5, 6])), None);
    }
}
