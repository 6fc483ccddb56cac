//! Moves a machine into a private network, out of it, or under another security group. In force after a restart where it moves;
//! a security group is in force at once.

use compute_driver::Feature;
use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Result, Scope};
use serde::{Deserialize, Serialize};
use workflow::operation::by_subject;
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::guest;
use super::model::{InstanceId, State};
use super::store::{self, Column};
use crate::card::{self, Connection, Place, Was};
use crate::{drivers, node};

/// What the workflow works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConnectInput {
    /// Which machine.
    pub instance_id: InstanceId,
    /// Where it was.
    pub before: Was,
}

/// Moves a machine. Undone, it is where it was.
pub static CONNECT: Workflow<ConnectInput> = Workflow {
    name: "compute.instance.connect",
    title: "Connect the machine",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("network", "Make sure that the network is there", network, put_back),
        step!("connect", "Give the machine its card", connect, nothing),
        step!("filter", "Filter its traffic", filter, nothing),
        step!("finish", "Note its address", finish, nothing),
    ],
};

/// Begins to move the machine where `wanted` says.
///
/// # Errors
/// `NotFound`; `Invalid` at `network_id` or `security_group_id`; `Conflict` when the machine's state or node does not allow it, or
/// public addresses still lead to it; `Exhausted` when the network is full.
pub async fn connect_to<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: InstanceId, wanted: &Connection) -> Result<OperationId> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if !matches!(row.state, State::Running | State::Stopped) {
            return Err(Error::conflict(format!("This machine is {}, so it cannot be connected now.", row.state.in_words())));
        }
        if by_subject(tx.db(), CONNECT.name, &id.to_string()).await?.is_some_and(|operation| !operation.state.is_final()) {
            return Err(Error::conflict("This machine is being connected already. Wait until that has ended."));
        }
        let card = card::store::of(tx.db(), id).await?;
        if card.is_some() || wanted.network_id.is_some() {
            node::must_have(&tx, row.node_id, Feature::PrivateNetworks).await?;
        }
        let card = card.map(|row| Place { network_id: row.network_id, ipv4: row.ipv4, ipv6: row.ipv6 });
        let before = Was { card, security_group_id: row.security_group_id };
        card::join(&tx, at, id, wanted).await?;
        if card::store::of(tx.db(), id).await?.is_some_and(|card| card.ipv6.is_some()) {
            node::must_have(&tx, row.node_id, Feature::Ipv6).await?;
        }
        let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
        let operation = CONNECT.start(&tx, start, &ConnectInput { instance_id: id, before }).await?;
        store::set(&tx, id, &[(Column::OperationId, Some(operation).into())]).await?;
        audit::record(&tx, at, id, "A machine is connected to a network").await?;
        Ok(operation)
    })
    .await
}

async fn network(step: StepCx, input: ConnectInput) -> Result<Next> {
    card::network_ready(&step, &guest::row(&step, input.instance_id).await?).await?;
    Ok(Next::Done)
}

/// The rows first, so that what the hypervisor is told is what was.
async fn put_back(step: StepCx, input: ConnectInput) -> Result<()> {
    step.write(async |tx| card::put_back(&tx, &step.scope(), input.instance_id, &input.before).await).await?;
    let row = guest::row(&step, input.instance_id).await?;
    if row.node_name.is_some() {
        card::network_ready(&step, &row).await?;
        card::connect(&step, &row).await?;
        card::set_filter(&step, &row).await?;
    }
    Ok(())
}

async fn connect(step: StepCx, input: ConnectInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    let force = card::connect(&step, &row).await?;
    guest::log_force(&step, force).await?;
    Ok(Next::Done)
}

async fn filter(step: StepCx, input: ConnectInput) -> Result<Next> {
    card::set_filter(&step, &guest::row(&step, input.instance_id).await?).await?;
    Ok(Next::Done)
}

async fn finish(step: StepCx, input: ConnectInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    if let Some(seen) = guest::driver(&step, &row)?.find(&drivers::reference(row.id)?).await.map_err(drivers::said)? {
        guest::note(&step, row.id, &seen).await?;
    }
    Ok(Next::Done)
}
