//! Makes a private network: a row with its place in the quota. Hypervisors hear of it with its first machine.

use ipnet::Ipv4Net;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, KeyOwner, Result, Scope, Sealed, Tx};

use super::model::{Name, Network, NetworkId, NetworkState, NewNetwork, free_subnet, gateway};
use super::store::{self, Row};
use super::{ipv6, list};
use crate::block::{ipv4_block, overlap};
use crate::{quota, region};

/// Makes it.
///
/// # Errors
/// `Invalid` with every wrong field, or at `ipv6` in a region without IPv6; `NotFound` for an unknown region; `Conflict` at `subnet` when another network of the project uses
/// it; `Exhausted` when the quota is used up, or no block of IPv6 addresses is free.
pub async fn create<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, new: &NewNetwork) -> Result<Network> {
    new.checks().done()?;
    let id = cx
        .write(async |tx| {
            let region = region::by_id(tx.db(), new.region_id).await?;
            // The quota's rows are locked from here on, so two networks cannot take the same block together.
            quota::reserve_network(&tx, at).await?;
            let subnet = block(&tx, at, new).await?;
            let gateway = gateway(subnet).ok_or_else(|| Error::internal("a checked block has no gateway"))?;
            let ipv6 = if new.ipv6 { Some(ipv6::give(&tx, region.id).await?) } else { None };
            let id: NetworkId = tx.cx().new_id();
            let row = Row {
                id,
                organisation_id: at.organisation_id()?,
                project_id: at.project_id()?,
                name: Sealed::<Name>::seal(&tx, KeyOwner::Organisation(at.organisation_id()?), &new.name.trim().to_owned()).await?,
                region_id: region.id,
                subnet: subnet.to_string(),
                gateway: gateway.to_string(),
                egress: new.egress,
                ipv6: ipv6.map(|(_, block)| block.to_string()),
                ipv6_pool_id: ipv6.map(|(pool, _)| pool),
                state: NetworkState::Ready,
                node_name: None,
                operation_id: None,
                created_at: tx.cx().now().0,
                deleted_at: None,
            };
            store::insert(&tx, row).await?;
            audit::record(&tx, at, id, "Made a private network").await?;
            Ok(id)
        })
        .await?;
    list::view(cx, at, id).await
}

async fn block<P: AtProject>(tx: &Tx, at: &Scope<P>, new: &NewNetwork) -> Result<Ipv4Net> {
    let taken: Vec<Ipv4Net> = store::subnets(tx.db(), at).await?.iter().filter_map(|text| ipv4_block(text)).collect();
    match new.subnet.as_deref().and_then(ipv4_block) {
        // A machine that moves from one network to another must not meet its old address there.
        Some(wanted) if taken.iter().any(|other| overlap((*other).into(), wanted.into())) => {
            Err(Error::conflict_at("subnet", "another network of this project uses some of these addresses; choose another block"))
        }
        Some(wanted) => Ok(wanted),
        None => free_subnet(&taken).ok_or_else(|| Error::exhausted("Every block of private addresses is in use in this project. Name one yourself.")),
    }
}
