//! Adds a block of public addresses.

use ipnet::IpNet;
use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};

use super::list;
use super::model::{AddressPool, AddressPoolId, NewAddressPool};
use super::store::{self, Row, text_of};
use crate::block::{block, overlap};
use crate::region;

/// Adds it.
///
/// # Errors
/// `Invalid` with every wrong field; `NotFound` for an unknown region; `Conflict` at `subnet` when it shares addresses with another pool.
pub async fn create<P: Permission>(cx: &Cx, at: &Scope<P>, new: &NewAddressPool) -> Result<AddressPool> {
    new.checks().done()?;
    let block = block(&new.subnet).ok_or_else(|| Error::internal("a checked block cannot be read"))?;
    let excluded: Vec<String> = new.excluded.iter().map(|text| text.trim().to_owned()).collect();
    let id = cx
        .write(async |tx| {
            let region = region::by_id(tx.db(), new.region_id).await?;
            let others = store::all(tx.db()).await?;
            let others: Vec<IpNet> = others.iter().map(Row::block).collect::<Result<_>>()?;
            if others.into_iter().any(|other| overlap(other, block)) {
                return Err(Error::conflict_at("subnet", "another pool has some of these addresses"));
            }
            let id: AddressPoolId = tx.cx().new_id();
            let row = Row {
                id,
                region_id: region.id,
                name: new.name.trim().to_owned(),
                subnet: block.to_string(),
                excluded: text_of(&excluded)?,
                created_at: tx.cx().now().0,
            };
            store::insert(&tx, at, row).await?;
            audit::record(&tx, at, id, "Added a pool of public addresses").await?;
            Ok(id)
        })
        .await?;
    let pools = list(cx, at).await?;
    pools.into_iter().find(|pool| pool.id == id).ok_or_else(|| Error::not_found("address pool"))
}
