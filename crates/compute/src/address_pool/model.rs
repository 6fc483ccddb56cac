//! What a pool is, and which of its addresses comes next. No IO, no clock.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use kernel::{Checks, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::instance::Part;
use crate::region::RegionId;
use crate::subnet::Subnet;

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
    /// The block, `203.0.113.0/24` for example, with 16 to 32 leading bits. It must be routed to the region's node.
    pub subnet: String,
    /// Addresses of the block that nobody gets: those of routers, and the first and last where the block is a network of its own.
    #[serde(default)]
    pub excluded: Vec<String>,
}

impl NewAddressPool {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let block: Option<Subnet> = self.subnet.parse().ok().filter(|block: &Subnet| (16..=32).contains(&block.prefix));
        let inside = |text: &String| text.trim().parse().is_ok_and(|address: Ipv4Addr| block.is_none_or(|block| block.holds(address)));
        let mut checks = Checks::new();
        checks
            .that(crate::network::is_name(&self.name), "name", "use 1 to 100 characters")
            .that(block.is_some(), "subnet", "use a block with 16 to 32 leading bits that begins with its own address, such as 203.0.113.0/24")
            .that(self.excluded.len() <= 256 && self.excluded.iter().all(inside), "excluded", "name at most 256 addresses of the block");
        checks
    }
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
    /// Addresses that customers hold.
    pub used: u64,
    /// Addresses that were given back and rest before somebody else gets them.
    pub resting: u64,
    /// Addresses that can be given out now.
    pub free: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The lowest address of the block that is not `taken`.
pub(crate) fn free(block: Subnet, taken: &BTreeSet<Ipv4Addr>) -> Option<Ipv4Addr> {
    let (first, last) = block.range();
    (first..=last).map(Ipv4Addr::from).find(|address| !taken.contains(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_gives_out_every_address_but_those_that_are_taken() {
        let block: Subnet = "203.0.113.0/30".parse().unwrap();
        let taken = |last: &[u8]| last.iter().map(|last| Ipv4Addr::new(203, 0, 113, *last)).collect::<BTreeSet<_>>();
        assert_eq!(free(block, &taken(&[0, 2])), Some(Ipv4Addr::new(203, 0, 113, 1)));
        assert_eq!(free(block, &taken(&[0, 1, 2, 3])), None);
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
        assert!(new("203.0.113.0/24", "203.0.113.1").checks().done().is_ok());
        for (subnet, excluded, field) in
            [("203.0.113.0/24", "203.0.114.1", "excluded"), ("203.0.113.1/24", "203.0.113.1", "subnet"), ("10.0.0.0/8", "10.0.0.1", "subnet")]
        {
            assert_eq!(new(subnet, excluded).checks().done().unwrap_err().fields()[0].field, field, "{subnet} {excluded}");
        }
    }
}
