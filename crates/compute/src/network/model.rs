//! What a private network is and what a valid request for one looks like. No IO, no clock.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use kernel::{Checks, Timestamp};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::OperationId;

use crate::block::{ipv4_block, overlap};
use crate::instance::Part;
use crate::region::RegionId;

kernel::id!(
    /// A private network; also the name that it carries on the hypervisor.
    NetworkId, "net");

kernel::field!(
    /// What its owner calls it.
    pub Name: String = "compute.network.name");

/// How a network stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum NetworkState {
    /// Machines can be in it.
    Ready,
    /// Being removed.
    Deleting,
    /// Gone.
    Deleted,
}

impl NetworkState {
    /// The states that this one may become.
    pub fn may_become(self, next: Self) -> bool {
        matches!((self, next), (Self::Ready, Self::Deleting) | (Self::Deleting, Self::Deleted))
    }
}

/// A network to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNetwork {
    /// What you call it; 1 to 100 characters.
    pub name: String,
    /// Where its machines are.
    pub region_id: RegionId,
    /// The addresses of its machines, `10.0.0.0/24` for example: private, with 16 to 28 leading bits. One that the project does not
    /// use yet is chosen where none is given.
    #[serde(default)]
    pub subnet: Option<String>,
    /// Whether machines without a public IPv4 address reach the outside.
    #[serde(default = "yes")]
    pub egress: bool,
    /// Whether its machines have public IPv6 addresses too, of a block of the network's own.
    #[serde(default)]
    pub ipv6: bool,
}

fn yes() -> bool {
    true
}

/// What may change about a network.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkPatch {
    /// What you call it; 1 to 100 characters.
    pub name: String,
}

impl NewNetwork {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.that(is_name(&self.name), "name", "use 1 to 100 characters");
        let fits = self.subnet.as_deref().is_none_or(|text| ipv4_block(text).is_some_and(fits));
        checks.that(fits, "subnet", "use a private block with 16 to 28 leading bits that begins with its own address, such as 10.0.0.0/24");
        checks
    }
}

impl NetworkPatch {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.that(is_name(&self.name), "name", "use 1 to 100 characters");
        checks
    }
}

/// Whether people can call something so.
pub(crate) fn is_name(text: &str) -> bool {
    let name = text.trim();
    (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}

fn fits(subnet: Ipv4Net) -> bool {
    (16..=28).contains(&subnet.prefix_len()) && subnet.network().is_private() && subnet.broadcast().is_private()
}

/// The first /24 of 10.0.0.0/8 that shares no address with those in `taken`.
pub(super) fn free_subnet(taken: &[Ipv4Net]) -> Option<Ipv4Net> {
    let blocks = Ipv4Net::new(Ipv4Addr::new(10, 0, 0, 0), 8).ok()?.subnets(24).ok()?;
    blocks.into_iter().find(|block| !taken.iter().any(|other| overlap((*other).into(), (*block).into())))
}

/// The hypervisor's own address in the network: the first one.
pub(super) fn gateway(subnet: Ipv4Net) -> Option<Ipv4Addr> {
    subnet.hosts().next()
}

/// A network as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Network {
    /// Its id.
    pub id: NetworkId,
    /// What its owner calls it.
    pub name: String,
    /// How it stands.
    pub state: NetworkState,
    /// Where its machines are.
    pub region: Part<RegionId>,
    /// The addresses of its machines.
    pub subnet: String,
    /// Where machines send what leaves the network, and where they ask for names.
    pub gateway: String,
    /// Whether machines without a public IPv4 address reach the outside.
    pub egress: bool,
    /// The block of its machines' public IPv6 addresses, where they have some.
    pub ipv6: Option<String>,
    /// How many machines are in it.
    pub machines: u64,
    /// The newest operation on it.
    pub operation_id: Option<OperationId>,
    /// When it was made.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(subnet: Option<&str>) -> NewNetwork {
        let region_id = kernel::id::Id::from_uuid(uuid::Uuid::nil());
        NewNetwork { name: "backend".to_owned(), region_id, subnet: subnet.map(str::to_owned), egress: true, ipv6: false }
    }

    #[test]
    fn private_blocks_of_a_sensible_size_pass() {
        for good in [None, Some("10.0.0.0/16"), Some("192.168.7.16/28"), Some("172.16.0.0/20")] {
            assert!(new(good).checks().done().is_ok(), "{good:?}");
        }
        for bad in ["8.8.8.0/24", "10.0.0.0/8", "10.0.0.0/29", "10.0.0.1/24", "fd00::/64", "x"] {
            assert_eq!(new(Some(bad)).checks().done().unwrap_err().fields()[0].field, "subnet", "{bad}");
        }
    }

    #[test]
    fn a_block_that_the_project_does_not_use_is_chosen() {
        assert_eq!(free_subnet(&[]).unwrap().to_string(), "10.0.0.0/24");
        assert_eq!(free_subnet(&["10.0.0.0/23".parse().unwrap()]).unwrap().to_string(), "10.0.2.0/24");
        assert_eq!(gateway("10.0.2.0/24".parse().unwrap()), Some(Ipv4Addr::new(10, 0, 2, 1)));
    }

    #[test]
    fn what_is_being_removed_never_comes_back() {
        use sea_orm::Iterable;
        assert!(NetworkState::iter().all(|state| !state.may_become(NetworkState::Ready)));
    }
}
