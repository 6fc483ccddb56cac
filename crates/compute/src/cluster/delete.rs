//! Removes an enrolled cluster with the node that it is here. What runs on it is not touched.

use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};

use super::model::ClusterId;
use super::{follow, store};
use crate::instance::store as instances;
use crate::{backup, disk, finding, host, node};

/// Forgets it, its token included.
///
/// # Errors
/// `NotFound`; `Conflict` while machines, disks or backups of ours are on it.
pub async fn delete<P: Permission>(cx: &Cx, at: &Scope<P>, id: ClusterId) -> Result<()> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        // The node second, as enrolling takes them; then no machine can be placed on it any more.
        if let Some(node) = node::store::locked_by_name(&tx, row.name()).await? {
            let machines = instances::count_on_node(&tx, at, node.id).await?;
            let backups = backup::store::count_on_node(&tx, at, &node.name).await?;
            let disks = disk::store::count_on_node(&tx, at, node.id).await?;
            if machines > 0 || backups > 0 || disks > 0 {
                return Err(Error::conflict(format!(
                    "{} of ours, {} and {} are on it. Close its node, move or delete them, and try again; deleted machines go after their grace.",
                    counted(machines, "machine"),
                    counted(disks, "disk"),
                    counted(backups, "backup")
                )));
            }
            finding::forget_node(&tx, &node.name).await?;
            host::store::forget(&tx, node.id).await?;
            node::store::remove(&tx, at, node.id).await?;
        }
        store::remove(&tx, at, id).await?;
        audit::record(&tx, at, id, "A cluster is removed").await
    })
    .await?;
    follow(cx).await
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
