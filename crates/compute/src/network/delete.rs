//! Removes a private network that no machine is in. What was begun is carried through.

use compute_driver::Reference;
use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, PersonId, Result, Scope, Tx};
use serde::{Deserialize, Serialize};
use workflow::{Next, Retry, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::ipv6;
use super::model::{NetworkId, NetworkState};
use super::store::{self, Column, Row};
use crate::{card, drivers, quota};

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct NetworkDeleteInput {
    /// Which network.
    pub network_id: NetworkId,
}

/// A hypervisor that is away for hours must not stop a removal.
const STUBBORN: Retry = Retry { attempts: 500, ..Retry::STANDARD };

/// Removes a network.
pub static NETWORK_DELETE: Workflow<NetworkDeleteInput> = Workflow {
    name: "compute.network.delete",
    title: "Delete the network",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Stop,
    steps: &[step!("remove", "Remove it from its node", remove, nothing, STUBBORN), step!("close", "Note that it is gone", close, nothing)],
};

/// Begins to remove the network.
///
/// # Errors
/// `NotFound`; `Conflict` while machines are in it, or when it is being removed already.
pub async fn delete<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: NetworkId) -> Result<()> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if card::store::is_used(tx.db(), id).await? {
            return Err(Error::conflict("Machines are in this network. Move them elsewhere or delete them first."));
        }
        if !begin(&tx, &row, at.actor().person()).await? {
            return Err(Error::conflict("This network is being removed already."));
        }
        audit::record(&tx, at, id, "A private network is removed").await
    })
    .await
}

/// Begins to remove a network that is there; false for any other.
pub(super) async fn begin(tx: &Tx, row: &Row, started_by: Option<PersonId>) -> Result<bool> {
    if !store::change(tx, row, NetworkState::Deleting).await? {
        return Ok(false);
    }
    let start = Start { place: row.place(), subject: &row.id.to_string(), started_by, key: None };
    let operation = NETWORK_DELETE.start(tx, start, &NetworkDeleteInput { network_id: row.id }).await?;
    store::set(tx, row.id, &[(Column::OperationId, Some(operation).into())]).await?;
    Ok(true)
}

/// The name that a network carries on its hypervisor.
pub(crate) fn reference(id: NetworkId) -> Result<Reference> {
    Reference::parse(&id.to_string()).map_err(|error| Error::internal("a network's id is no reference").caused_by(error))
}

async fn remove(step: StepCx, input: NetworkDeleteInput) -> Result<Next> {
    let row = store::by_id(step.cx().db(), &step.scope(), input.network_id).await?;
    if let Some(node) = &row.node_name
        && let Err(error) = drivers::of(step.cx(), node)?.remove_network(&reference(row.id)?).await
    {
        return Err(drivers::told(&step, error).await);
    }
    Ok(Next::Done)
}

async fn close(step: StepCx, input: NetworkDeleteInput) -> Result<Next> {
    step.write(async |tx| {
        let at = step.scope();
        let row = store::locked(&tx, &at, input.network_id).await?;
        if store::change(&tx, &row, NetworkState::Deleted).await? {
            ipv6::take_back(&tx, &row).await?;
            store::set(&tx, row.id, &[(Column::DeletedAt, Some(tx.cx().now().0).into())]).await?;
            quota::release_network(&tx, &at).await?;
        }
        Ok(())
    })
    .await?;
    Ok(Next::Done)
}
