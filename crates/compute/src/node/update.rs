//! What the operator says about a node: whether it takes new machines, and how much may be promised on it.

use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};

use super::list;
use super::model::{NodeId, NodePatch, NodeView};
use super::store;

/// Changes it. Machines that are on the node stay where they are.
///
/// # Errors
/// `Invalid` with every wrong field; `NotFound`; database errors.
pub async fn update<P: Permission>(cx: &Cx, at: &Scope<P>, id: NodeId, patch: &NodePatch) -> Result<NodeView> {
    patch.checks().done()?;
    cx.write(async |tx| {
        store::set(&tx, at, id, patch).await?;
        audit::record(&tx, at, id, in_words(patch)).await
    })
    .await?;
    let nodes = list(cx, at).await?;
    nodes.into_iter().find(|node| node.id == id).ok_or_else(|| Error::not_found("node"))
}

fn in_words(patch: &NodePatch) -> &'static str {
    match (patch.schedulable, &patch.class) {
        (Some(true), _) => "A node is open to new machines",
        (Some(false), _) => "A node is closed to new machines",
        (None, Some(_)) => "A node is for machines of another class",
        (None, None) => "How much may be promised on a node is changed",
    }
}
