//! The pools with how much of them is used: four statements, whatever their number.

use std::collections::BTreeSet;

use kernel::permission::Permission;
use kernel::{Cx, Result, Scope, Timestamp};

use super::model::AddressPool;
use super::store;
use crate::address;
use crate::instance::Part;
use crate::region;
use crate::subnet::Subnet;

/// All pools, oldest first.
///
/// # Errors
/// Database errors.
pub async fn list<P: Permission>(cx: &Cx, _at: &Scope<P>) -> Result<Vec<AddressPool>> {
    let regions = region::all(cx.db()).await?;
    let used = address::store::count_by_pool(cx.db()).await?;
    let resting = address::store::resting_by_pool(cx.db(), cx.now()).await?;
    let shown = |row: store::Row| {
        let title = regions.iter().find(|region| region.id == row.region_id).map(|region| region.title.clone());
        let (used, resting) = (used.get(&row.id).copied().unwrap_or(0), resting.get(&row.id).copied().unwrap_or(0));
        let excluded = row.excluded()?;
        let (first, last) = row.subnet.parse().map_or((1, 0), Subnet::range);
        let all = (u64::from(last) + 1).saturating_sub(u64::from(first));
        let nobodys = excluded.iter().collect::<BTreeSet<_>>().len() as u64;
        Ok(AddressPool {
            id: row.id,
            name: row.name,
            region: Part { id: row.region_id, name: title.unwrap_or_default() },
            subnet: row.subnet,
            excluded,
            used,
            resting,
            free: all.saturating_sub(nobodys + used + resting),
            created_at: Timestamp(row.created_at),
        })
    };
    store::all(cx.db()).await?.into_iter().map(shown).collect()
}
