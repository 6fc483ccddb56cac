//! Chooses a node for a machine, or says which rule refused which node.

use kernel::{ByWorkflow, Error, Result, Scope, Tx};

use super::model::Node;
use super::store;
use crate::backup;
use crate::instance::{Shape, store as instances};

/// Whether the node of a machine has room for it in another shape.
///
/// # Errors
/// `Exhausted`, saying which rule refuses; database errors.
pub(crate) async fn fits(tx: &Tx, row: &instances::Row, shape: &Shape) -> Result<()> {
    let nodes = store::in_region_locked(tx, row.region_id).await?;
    let Some(node) = nodes.into_iter().find(|node| Some(node.id) == row.node_id) else { return Ok(()) };
    let mut taken = instances::taken(tx.db()).await?.get(&node.id).copied().unwrap_or_default();
    taken.cpus -= i64::from(row.cpus);
    taken.memory_mib -= i64::from(row.memory_mib);
    match node.refuses(taken, shape, &row.template_name) {
        Some(why) => Err(Error::exhausted(format!("The machine's node has no room for this size: {why}."))),
        None => Ok(()),
    }
}

/// The node in the machine's region with the most memory left that takes it. Nodes are locked, so that
/// two placements do not count on the same room. A machine that is made from a backup goes where the backup is kept.
///
/// # Errors
/// `Exhausted`, with one reason per node.
pub(crate) async fn place(tx: &Tx, at: &Scope<ByWorkflow>, row: &instances::Row) -> Result<Node> {
    let kept_on = match row.backup_id {
        Some(id) => Some(backup::store::by_id(tx.db(), at, id).await?.node_name),
        None => None,
    };
    let shape = row.shape();
    let mut refused = Vec::new();
    let mut best: Option<(i64, Node)> = None;
    let nodes = store::in_region_locked(tx, row.region_id).await?;
    let all = instances::taken(tx.db()).await?;
    for node in nodes.into_iter().filter(|node| kept_on.as_ref().is_none_or(|name| *name == node.name)) {
        let taken = all.get(&node.id).copied().unwrap_or_default();
        match node.refuses(taken, &shape, &row.template_name) {
            Some(why) => refused.push(format!("{}: {why}", node.name)),
            None => {
                let left = node.memory_mib.unwrap_or(i64::MAX).saturating_sub(taken.memory_mib);
                if best.as_ref().is_none_or(|(most, _)| left > *most) {
                    best = Some((left, node));
                }
            }
        }
    }
    let why = if refused.is_empty() { "the region has no nodes".to_owned() } else { refused.join("; ") };
    best.map(|(_, node)| node).ok_or_else(|| Error::exhausted(format!("No node takes this machine: {why}.")))
}
