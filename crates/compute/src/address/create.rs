//! Gives a project a public address of a region's pools. The place in the quota, the address and its row are one transaction.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use ipnet::IpNet;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Result, Scope, Tx};

use super::list;
use super::model::{Address, AddressId, NewAddress};
use super::store::{self, Row};
use crate::address_pool::{self, AddressPoolId};
use crate::region::RegionId;
use crate::{quota, region};

/// Gives it the lowest address that is free.
///
/// # Errors
/// `NotFound` for an unknown region; `Exhausted` when the quota is used up or no address is free.
pub async fn create<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, new: &NewAddress) -> Result<Address> {
    let id = cx
        .write(async |tx| {
            region::by_id(tx.db(), new.region_id).await?;
            quota::reserve_address(&tx, at).await?;
            let (pool_id, ipv4) = free(&tx, new.region_id).await?;
            let id: AddressId = tx.cx().new_id();
            let row = Row {
                id,
                organisation_id: at.organisation_id()?,
                project_id: at.project_id()?,
                pool_id,
                ipv4: ipv4.to_string(),
                instance_id: None,
                reverse_name: None,
                operation_id: None,
                created_at: tx.cx().now().0,
            };
            store::insert(&tx, row).await?;
            audit::record(&tx, at, id, "Reserved a public address").await?;
            Ok(id)
        })
        .await?;
    list::view(cx, at, id).await
}

/// The pools are locked, so that two projects are not given one address.
async fn free(tx: &Tx, region: RegionId) -> Result<(AddressPoolId, Ipv4Addr)> {
    for pool in address_pool::store::in_region_locked(tx, region).await? {
        let IpNet::V4(block) = pool.block()? else { continue };
        let taken = store::taken(tx, pool.id, tx.cx().now()).await?;
        let taken: BTreeSet<Ipv4Addr> = taken.iter().chain(&pool.excluded()?).filter_map(|text| text.parse().ok()).collect();
        if let Some(free) = address_pool::free_address(block, &taken) {
            return Ok((pool.id, free));
        }
    }
    Err(Error::exhausted("No public address is free in this region now. Choose another region, or try again later."))
}
