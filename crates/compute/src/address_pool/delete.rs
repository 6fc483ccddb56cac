//! Removes a pool of which nobody holds an address.

use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};

use super::model::AddressPoolId;
use super::store;
use crate::{address, network};

/// Removes it.
///
/// # Errors
/// `NotFound`; `Conflict` while customers hold addresses of it.
pub async fn delete<P: Permission>(cx: &Cx, at: &Scope<P>, id: AddressPoolId) -> Result<()> {
    cx.write(async |tx| {
        store::locked(&tx, at, id).await?;
        if address::store::count_by_pool(tx.db()).await?.contains_key(&id) {
            return Err(Error::conflict("Customers hold addresses of this pool."));
        }
        if network::store::count_by_pool(tx.db()).await?.contains_key(&id) {
            return Err(Error::conflict("Networks of customers have IPv6 addresses of this pool."));
        }
        store::remove(&tx, id).await?;
        audit::record(&tx, at, id, "Removed a pool of public addresses").await
    })
    .await
}
