//! Offers another size.

use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};

use super::model::{NewSize, Size};
use super::store;

/// Offers it from now on.
///
/// # Errors
/// `Invalid` with every wrong field; `Conflict` at `name` when there is a size of that name, on sale or not.
pub async fn create<P: Permission>(cx: &Cx, at: &Scope<P>, new: &NewSize) -> Result<Size> {
    new.checks(billing::party::currency(cx).await?).done()?;
    let NewSize { name, cpus, memory_mib, disk_gib, monthly, hourly, class } = new.clone();
    cx.write(async |tx| {
        let (id, name, class) = (tx.cx().new_id(), name.trim().to_owned(), class.clone());
        let size = Size { id, name, cpus, memory_mib, disk_gib, monthly, hourly, class, visible: true };
        if !store::insert(&tx, &size).await? {
            return Err(Error::conflict_at("name", "there is a size of this name, on sale or not"));
        }
        audit::record(&tx, at, id, "Offered another size").await?;
        Ok(size)
    })
    .await
}
