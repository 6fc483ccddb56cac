//! Begins and ends a host's maintenance. Its machines stay until they are moved; a drain that goes on ends with the maintenance.

use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope, Tx};

use super::model::{HostPatch, HostView};
use super::store;
use crate::node::{self, NodeId};

/// Begins or ends it.
///
/// # Errors
/// `Invalid` at `reason`; `NotFound` for an unknown node or host; database errors.
pub async fn update<P: Permission>(cx: &Cx, at: &Scope<P>, node: NodeId, host: &str, patch: &HostPatch) -> Result<HostView> {
    patch.checks().done()?;
    cx.write(async |tx| {
        let node = node::store::by_id(tx.db(), node).await?;
        must_be_known(&tx, &node, host).await?;
        let reason = patch.reason.as_deref().map(str::trim).filter(|_| patch.maintenance);
        store::set_maintenance(&tx, at, node.id, host, reason).await?;
        let words = if patch.maintenance { "A host is under maintenance" } else { "A host's maintenance is ended" };
        audit::record(&tx, at, format!("{}/{host}", node.name), words).await
    })
    .await?;
    view(cx, at, node, host).await
}

/// Fails unless the hypervisor tells of the host, or somebody said something of it before.
pub(crate) async fn must_be_known(tx: &Tx, node: &node::Node, host: &str) -> Result<()> {
    let told = node.hosts.iter().any(|one| one.name == host);
    if told || store::of(tx.db(), node.id, host).await?.is_some() { Ok(()) } else { Err(Error::not_found("host")) }
}

async fn view<P: Permission>(cx: &Cx, at: &Scope<P>, node: NodeId, host: &str) -> Result<HostView> {
    let nodes = node::list(cx, at).await?;
    let hosts = nodes.into_iter().find(|one| one.id == node).map(|node| node.hosts).unwrap_or_default();
    hosts.into_iter().find(|one| one.name == host).ok_or_else(|| Error::not_found("host"))
}
