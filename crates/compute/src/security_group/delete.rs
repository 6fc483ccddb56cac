//! Removes a security group that stands for no machine.

use kernel::permission::AtProject;
use kernel::{Cx, Error, Result, Scope};

use super::model::SecurityGroupId;
use super::store;
use crate::instance::store as instances;

/// Removes it.
///
/// # Errors
/// `NotFound`; `Conflict` while it stands for machines.
pub async fn delete<P: AtProject>(cx: &Cx, at: &Scope<P>, id: SecurityGroupId) -> Result<()> {
    cx.write(async |tx| {
        store::locked(&tx, at, id).await?;
        if !instances::in_group(tx.db(), at, id).await?.is_empty() {
            return Err(Error::conflict("Machines are in this security group. Give them another one first."));
        }
        store::remove(&tx, id).await?;
        audit::record(&tx, at, id, "Removed a security group").await
    })
    .await
}
