//! Leads a public address to a machine, to another one, or nowhere. At once, without a restart.

use compute_driver::Feature;
use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Kind, Result, Scope, Tx};
use serde::{Deserialize, Serialize};
use workflow::operation::by_subject;
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::model::AddressId;
use super::store::{self, Column};
use crate::address_pool::{self, AddressPoolId};
use crate::instance::{InstanceId, State, guest, store as instances};
use crate::{card, drivers, node};

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct AddressAssignInput {
    /// Which address.
    pub address_id: AddressId,
    /// Where it led.
    pub from: Option<InstanceId>,
    /// Where it leads.
    pub to: Option<InstanceId>,
}

/// Leads an address elsewhere. Undone, it leads where it led. It is taken away before it is given, so it never leads to two machines.
pub static ADDRESS_ASSIGN: Workflow<AddressAssignInput> = Workflow {
    name: "compute.address.assign",
    title: "Lead the address to the machine",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("take", "Take it from where it led", take, give_back),
        step!("lead", "Lead it to the machine", lead, let_go),
        step!("finish", "Note where the machine is reached", finish, nothing),
    ],
};

/// Begins to lead the address to `to`.
///
/// # Errors
/// `NotFound`; `Invalid` at `instance_id` for a machine of another project, region or without a card that it could lead to; `Conflict` while the
/// address is on its way, or when the machine's state or node does not allow it.
pub async fn assign<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: AddressId, to: Option<InstanceId>) -> Result<OperationId> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if by_subject(tx.db(), ADDRESS_ASSIGN.name, &id.to_string()).await?.is_some_and(|operation| !operation.state.is_final()) {
            return Err(Error::conflict("This address is on its way to another machine. Wait until it is there."));
        }
        if let Some(to) = to {
            fits(&tx, at, row.pool_id, to).await?;
        }
        let input = AddressAssignInput { address_id: id, from: row.instance_id, to };
        let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
        let operation = ADDRESS_ASSIGN.start(&tx, start, &input).await?;
        store::set(&tx, id, &[(Column::InstanceId, to.into()), (Column::OperationId, Some(operation).into())]).await?;
        audit::record(&tx, at, id, "A public address is led elsewhere").await?;
        Ok(operation)
    })
    .await
}

async fn fits<P: AtProject>(tx: &Tx, at: &Scope<P>, pool: AddressPoolId, id: InstanceId) -> Result<()> {
    let foreign = |error: Error| if error.kind() == Kind::NotFound { Error::invalid("instance_id", "choose one of the project's machines") } else { error };
    let machine = instances::locked(tx, at, id).await.map_err(foreign)?;
    if address_pool::store::all(tx.db()).await?.iter().any(|one| one.id == pool && one.region_id != machine.region_id) {
        return Err(Error::invalid("instance_id", "this address leads to machines of another region"));
    }
    if card::store::of(tx.db(), id).await?.is_none() && !node::has(tx.db(), machine.node_id, Feature::OwnCard).await? {
        return Err(Error::invalid("instance_id", "this machine is in no private network; connect it to one first"));
    }
    if !matches!(machine.state, State::Running | State::Stopped) {
        return Err(Error::conflict(format!("This machine is {}, so no address can be led to it now.", machine.state.in_words())));
    }
    node::must_have(tx, machine.node_id, Feature::PublicAddresses).await
}

async fn tell(step: &StepCx, machine: Option<InstanceId>) -> Result<()> {
    match machine {
        Some(id) => card::lead(step, &guest::row(step, id).await?).await,
        None => Ok(()),
    }
}

async fn take(step: StepCx, input: AddressAssignInput) -> Result<Next> {
    if input.from != input.to {
        tell(&step, input.from).await?;
    }
    Ok(Next::Done)
}

async fn lead(step: StepCx, input: AddressAssignInput) -> Result<Next> {
    tell(&step, input.to).await?;
    Ok(Next::Done)
}

async fn as_before(step: &StepCx, input: AddressAssignInput) -> Result<()> {
    step.write(async |tx| store::set(&tx, input.address_id, &[(Column::InstanceId, input.from.into())]).await).await
}

async fn let_go(step: StepCx, input: AddressAssignInput) -> Result<()> {
    as_before(&step, input).await?;
    if input.from == input.to { Ok(()) } else { tell(&step, input.to).await }
}

async fn give_back(step: StepCx, input: AddressAssignInput) -> Result<()> {
    as_before(&step, input).await?;
    tell(&step, input.from).await
}

async fn finish(step: StepCx, input: AddressAssignInput) -> Result<Next> {
    for id in [input.from, input.to].into_iter().flatten() {
        let machine = guest::row(&step, id).await?;
        if machine.node_name.is_some()
            && let Some(seen) = guest::driver(&step, &machine)?.find(&drivers::reference(id)?).await.map_err(drivers::said)?
        {
            guest::note(&step, id, &seen).await?;
        }
    }
    Ok(Next::Done)
}
