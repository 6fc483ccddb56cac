//! What a pool is, and which of its addresses comes next. No IO, no clock.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use kernel::{Checks, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::block::block;
use crate::instance::Part;
use crate::region::RegionId;

kernel::id!(
    /// A pool of public addresses.
    AddressPoolId, "pol");

/// A pool to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddressPool {
    /// What you call it; 1 to 100 characters.
    pub name: String,
    /// For machines of which region.
    pub region_id: RegionId,
    /// The block, `203.0.113.0/24` for example, with 16 to 32 leading bits; or a block of IPv6 addresses with 32 to 64, of which each
    /// private network that asks for IPv6 gets a /64. It must be routed to the region's node.
    pub subnet: String,
    /// Addresses of the block that nobody gets: those of routers, and the first and last where the block is a network of its own. Of a
    /// block of IPv6 addresses the whole /64 of each goes to nobody.
    #[serde(default)]
    pub excluded: Vec<String>,
}

impl NewAddressPool {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let block = block(&self.subnet).filter(|block| match block {
            IpNet::V4(block) => (16..=32).contains(&block.prefix_len()),
            IpNet::V6(block) => (32..=64).contains(&block.prefix_len()),
        });
        let inside = |text: &String| excluded_one(text).is_some_and(|one| block.is_none_or(|block| block.contains(&one)));
        let mut checks = Checks::new();
        checks
            .that(crate::network::is_name(&self.name), "name", "use 1 to 100 characters")
            .that(
                block.is_some(),
                "subnet",
                "use a block that begins with its own address: 16 to 32 leading bits as 203.0.113.0/24, or 32 to 64 as 2001:db8:100::/48",
            )
            .that(self.excluded.len() <= 256 && self.excluded.iter().all(inside), "excluded", "name at most 256 addresses of the block");
        checks
    }
}

/// What nobody gets, written as it is given out: an address, or a /64 of IPv6 addresses.
fn excluded_one(text: &str) -> Option<IpNet> {
    let address = text.trim().parse::<IpAddr>().ok().map(IpNet::from);
    address.or_else(|| block(text).filter(|block| matches!(block, IpNet::V6(block) if block.prefix_len() == 64)))
}

/// A pool as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddressPool {
    /// Its id.
    pub id: AddressPoolId,
    /// What it is called.
    pub name: String,
    /// For machines of which region.
    pub region: Part<RegionId>,
    /// The block.
    pub subnet: String,
    /// Addresses of the block that nobody gets.
    pub excluded: Vec<String>,
    /// Addresses that customers hold; of an IPv6 pool, and below too, it is the /64s of their networks that are counted.
    pub used: u64,
    /// Those that were given back and rest before somebody else gets them.
    pub resting: u64,
    /// Those that can be given out now.
    pub free: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The lowest address of the block that is not `taken`.
pub(crate) fn free_address(block: Ipv4Net, taken: &BTreeSet<Ipv4Addr>) -> Option<Ipv4Addr> {
    (block.network().to_bits()..=block.broadcast().to_bits()).map(Ipv4Addr::from_bits).find(|address| !taken.contains(address))
}

/// The lowest /64 of the block that is not `taken`.
pub(crate) fn free_block(block: Ipv6Net, taken: &BTreeSet<Ipv6Net>) -> Option<Ipv6Net> {
    block.subnets(64).ok()?.find(|one| !taken.contains(one))
}

/// How many a block can give out: all but those that nobody gets. `excluded` is as rows keep it.
pub(super) fn size(block: IpNet, excluded: &[String]) -> u64 {
    let (all, given): (u64, BTreeSet<IpAddr>) = match block {
        IpNet::V4(block) => (1 << (32 - block.prefix_len()), excluded.iter().filter_map(|text| text.parse().ok()).collect()),
        IpNet::V6(block) => (1 << (64 - block.prefix_len()), excluded_blocks(excluded).into_iter().map(|one| one.network().into()).collect()),
    };
    all.saturating_sub(given.len() as u64)
}

/// The /64s that nobody gets.
pub(crate) fn excluded_blocks(excluded: &[String]) -> BTreeSet<Ipv6Net> {
    let around = |text: &String| match excluded_one(text)? {
        IpNet::V6(one) => Ipv6Net::new(one.network(), 64).ok().map(|whole| whole.trunc()),
        IpNet::V4(_) => None,
    };
    excluded.iter().filter_map(around).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_of(text: &str) -> IpNet {
        block(text).unwrap()
    }

    #[test]
    fn a_pool_gives_out_every_address_but_those_that_are_taken() {
        let IpNet::V4(block) = block_of("203.0.113.0/30") else { panic!() };
        let taken = |last: &[u8]| last.iter().map(|last| Ipv4Addr::new(203, 0, 113, *last)).collect::<BTreeSet<_>>();
        assert_eq!(free_address(block, &taken(&[0, 2])), Some(Ipv4Addr::new(203, 0, 113, 1)));
        assert_eq!(free_address(block, &taken(&[0, 1, 2, 3])), None);
    }

    #[test]
    fn an_ipv6_pool_gives_out_networks() {
        let IpNet::V6(block) = block_of("2001:db8:0:4::/63") else { panic!() };
        let taken = excluded_blocks(&["2001:db8:0:4::1".to_owned()]);
        let free = free_block(block, &taken).unwrap();
        assert_eq!(free.to_string(), "2001:db8:0:5::/64");
        assert_eq!(free_block(block, &taken.into_iter().chain([free]).collect()), None);
    }

    #[test]
    fn what_nobody_gets_is_not_counted_twice() {
        let excluded = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(size(block_of("203.0.113.0/24"), &excluded(&["203.0.113.0", "203.0.113.0", "203.0.113.1"])), 254);
        assert_eq!(size(block_of("2001:db8::/48"), &excluded(&["2001:db8::1", "2001:db8::/64", "2001:db8:0:1::1"])), 65_534);
        assert_eq!(size(block_of("2001:db8::/32"), &[]), 1 << 32);
    }

    #[test]
    fn what_is_excluded_must_be_in_the_block() {
        let region_id = kernel::id::Id::from_uuid(uuid::Uuid::nil());
        let new = |subnet: &str, excluded: &str| NewAddressPool {
            name: "front".to_owned(),
            region_id,
            subnet: subnet.to_owned(),
            excluded: vec![excluded.to_owned()],
        };
        for (subnet, excluded) in [("203.0.113.0/24", "203.0.113.1"), ("2001:db8::/48", "2001:db8::/64"), ("2001:db8::/64", "2001:db8::1")] {
            assert!(new(subnet, excluded).checks().done().is_ok(), "{subnet} {excluded}");
        }
        for (subnet, excluded, field) in [
            ("203.0.113.0/24", "203.0.114.1", "excluded"),
            ("203.0.113.0/24", "203.0.113.0/25", "excluded"),
            // An address is written without a length, and would be given out otherwise.
            ("203.0.113.0/24", "203.0.113.1/32", "excluded"),
            ("203.0.113.1/24", "203.0.113.1", "subnet"),
            ("10.0.0.0/8", "10.0.0.1", "subnet"),
            ("2001:db8::/48", "2001:db8:1::1", "excluded"),
            ("2001:db8::/48", "203.0.113.1", "excluded"),
            ("2001::/16", "2001::1", "subnet"),
            ("2001:db8::/65", "2001:db8::1", "subnet"),
        ] {
            assert_eq!(new(subnet, excluded).checks().done().unwrap_err().fields()[0].field, field, "{subnet} {excluded}");
        }
    }
}
