//! The nodes with what is promised of them: five statements, whatever their number.

use kernel::permission::Permission;
use kernel::{Cx, Result, Scope};

use super::model::NodeView;
use super::{store, taken};
use crate::{host, region};

/// All nodes, by name.
///
/// # Errors
/// Database errors.
pub async fn list<P: Permission>(cx: &Cx, _at: &Scope<P>) -> Result<Vec<NodeView>> {
    let regions = region::all(cx.db()).await?;
    let load = taken::taken(cx.db()).await?;
    let said = host::store::all(cx.db()).await?;
    let nodes = store::all(cx.db()).await?.into_iter().map(|node| {
        let region = regions.iter().find(|region| region.id == node.region_id).map(|region| region.title.clone());
        let (taken, hosts) = (load.on_node(node.id), host::shown(&node, &load, &said));
        NodeView::of(node, region.unwrap_or_default(), taken, hosts)
    });
    Ok(nodes.collect())
}
