//! Begins to empty a host. It is under maintenance from then on, until somebody ends that.

use kernel::permission::Permission;
use kernel::{Cx, Error, Place, Result, Scope};
use workflow::operation::states;
use workflow::{OperationId, Start};

use super::carry_out::{DRAIN, DrainInput};
use super::model::DrainRequest;
use crate::host::{self, must_be_known};
use crate::node::{self, NodeId};

/// Begins to move every machine off the host.
///
/// # Errors
/// `Invalid` at `reason` or `at_once`; `NotFound` for an unknown node or host; `Conflict` while it is being drained already.
pub async fn create<P: Permission>(cx: &Cx, at: &Scope<P>, node: NodeId, host: &str, wanted: &DrainRequest) -> Result<OperationId> {
    cx.write(async |tx| {
        // Locked, so that two people cannot begin it at once.
        let name = node::store::by_id(tx.db(), node).await?.name;
        let node = node::store::locked_by_name(&tx, &name).await?.ok_or_else(|| Error::not_found("node"))?;
        must_be_known(&tx, &node, host).await?;
        let said = host::store::of(tx.db(), node.id, host).await?;
        let resting = said.as_ref().is_some_and(|row| row.reason.is_some());
        wanted.checks(resting).done()?;
        if let Some(before) = said.and_then(|row| row.drain_id)
            && states(tx.db(), [before]).await?.get(&before).is_some_and(|state| !state.is_final())
        {
            return Err(Error::conflict("The machines of this host are being moved away already."));
        }
        if !resting {
            host::store::set_maintenance(&tx, at, node.id, host, wanted.reason.as_deref().map(str::trim)).await?;
        }
        let subject = format!("{}/{host}", node.name);
        let start = Start { place: Place::Platform, subject: &subject, started_by: at.actor().person(), key: None };
        let input = DrainInput { node_id: node.id, host: host.to_owned(), at_once: wanted.at_once() };
        let operation = DRAIN.start(&tx, start, &input).await?;
        host::store::set_drain(&tx, node.id, host, operation).await?;
        audit::record(&tx, at, subject, "The machines of a host are moved away").await?;
        Ok(operation)
    })
    .await
}
