//! What is promised of nodes: to machines, as extra disks, and for some minutes to the guests of restore tests.

use kernel::Result;
use sea_orm::ConnectionTrait;

use super::store;
use crate::host::Load;
use crate::instance::store as instances;
use crate::{backup, disk};

/// What is promised of each node and host. On which host of a node a restore test runs is its hypervisor's choice.
pub(crate) async fn taken(db: &impl ConnectionTrait) -> Result<Load> {
    let mut load = instances::taken(db).await?;
    disk::store::add_to(db, &mut load).await?;
    let tests = backup::store::taken_by_tests(db).await?;
    if !tests.is_empty() {
        let nodes = store::ids(db).await?;
        for (node, taken) in tests {
            if let Some(id) = nodes.get(&node) {
                load.add(*id, None, taken);
            }
        }
    }
    Ok(load)
}
