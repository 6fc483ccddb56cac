//! The pools with how much of them is used: five statements, whatever their number.

use std::collections::HashMap;

use kernel::permission::Permission;
use kernel::{Cx, Result, Scope, Timestamp};

use super::model::{AddressPool, AddressPoolId, size};
use super::store;
use crate::instance::Part;
use crate::{address, network, region};

/// All pools, oldest first.
///
/// # Errors
/// Database errors.
pub async fn list<P: Permission>(cx: &Cx, _at: &Scope<P>) -> Result<Vec<AddressPool>> {
    let regions = region::all(cx.db()).await?;
    let addresses = address::store::count_by_pool(cx.db()).await?;
    let blocks = network::store::count_by_pool(cx.db()).await?;
    let resting = address::store::resting_by_pool(cx.db(), cx.now()).await?;
    let shown = |row: store::Row| {
        let title = regions.iter().find(|region| region.id == row.region_id).map(|region| region.title.clone());
        let count = |counts: &HashMap<AddressPoolId, u64>| counts.get(&row.id).copied().unwrap_or(0);
        // A pool gives out one of the two.
        let (used, resting) = (count(&addresses) + count(&blocks), count(&resting));
        let excluded = row.excluded()?;
        let size = size(row.block()?, &excluded);
        Ok(AddressPool {
            id: row.id,
            name: row.name,
            region: Part { id: row.region_id, name: title.unwrap_or_default() },
            subnet: row.subnet,
            excluded,
            used,
            resting,
            free: size.saturating_sub(used + resting),
            created_at: Timestamp(row.created_at),
        })
    };
    store::all(cx.db()).await?.into_iter().map(shown).collect()
}
