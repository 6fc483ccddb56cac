//! A network's block of public IPv6 addresses: given out of a pool of its region, and taken back to rest like any public address.

use std::collections::BTreeSet;

use ipnet::{IpNet, Ipv6Net};
use kernel::{Error, Result, Tx};

use super::store::{self, Column, Row};
use crate::address;
use crate::address_pool::{self, AddressPoolId};
use crate::region::RegionId;

/// The lowest /64 of the region's pools that is free. The pools are locked, so that two networks are not given one block.
///
/// # Errors
/// `Invalid` at `ipv6` in a region without IPv6; `Exhausted` when no block is free.
pub(super) async fn give(tx: &Tx, region: RegionId) -> Result<(AddressPoolId, Ipv6Net)> {
    let mut pools = 0;
    for pool in address_pool::store::in_region_locked(tx, region).await? {
        let IpNet::V6(block) = pool.block()? else { continue };
        pools += 1;
        let held = store::blocks_of(tx, pool.id).await?;
        let resting = address::store::resting(tx, pool.id, tx.cx().now()).await?;
        let taken: BTreeSet<Ipv6Net> = held.iter().chain(&resting).filter_map(|text| text.parse().ok()).collect();
        if let Some(free) = address_pool::free_block(block, &(&taken | &address_pool::excluded_blocks(&pool.excluded()?))) {
            address::store::wake(tx, &free.to_string()).await?;
            return Ok((pool.id, free));
        }
    }
    match pools {
        0 => Err(Error::invalid("ipv6", "this region has no IPv6 addresses; choose another region, or a network without them")),
        _ => Err(Error::exhausted("No block of IPv6 addresses is free in this region now. Choose another region, or try again later.")),
    }
}

/// Takes the network's block back, if it has one.
pub(super) async fn take_back(tx: &Tx, row: &Row) -> Result<()> {
    let (Some(block), Some(pool)) = (&row.ipv6, row.ipv6_pool_id) else { return Ok(()) };
    store::set(tx, row.id, &[(Column::Ipv6, None::<String>.into()), (Column::Ipv6PoolId, None::<AddressPoolId>.into())]).await?;
    address::store::rest(tx, block, pool, address::rested(tx).await?).await
}
