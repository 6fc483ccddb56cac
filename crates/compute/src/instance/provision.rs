//! Makes an ordered machine real. Undone, nothing of it is left: no guest, no room taken.

use std::time::Duration;

use compute_driver::{DriverError, Progress};
use kernel::map::purpose;
use kernel::{Error, Result, Scope, Tx};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::bring_up::{BringsUp, PATIENT, boot, finish};
use super::model::{InstanceId, State};
use super::store::{self, Column};
use super::{change, guest, release};
use crate::backup::{self, LONG};
use crate::card;
use crate::drivers;
use crate::image;
use crate::node::place::{Placed, place};

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ProvisionInput {
    /// Which machine.
    pub instance_id: InstanceId,
}

impl BringsUp for ProvisionInput {
    fn instance(&self) -> InstanceId {
        self.instance_id
    }
}

/// How often a hypervisor that copies a disk is asked again.
const LOOK: Duration = Duration::from_secs(1);

/// Sets a machine up. The guest's name is the machine's id, known before the first call.
pub static PROVISION: Workflow<ProvisionInput> = Workflow {
    name: "compute.instance.provision",
    title: "Set up the machine",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("place", "Choose a node", choose, let_go),
        step!("prepare", "Prepare the disk and its settings", prepare, remove, LONG),
        step!("boot", "Switch it on", boot, nothing),
        step!("wait", "Wait until it runs", wait, nothing, PATIENT),
        step!("finish", "Hand it over", finish, nothing),
    ],
};

/// Starts it in the caller's transaction, for an order that needs no payment.
///
/// # Errors
/// Database errors.
pub async fn provision<P: kernel::permission::AtProject>(tx: &Tx, at: &Scope<P>, id: InstanceId) -> Result<OperationId> {
    let start = Start { place: at.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
    let operation = PROVISION.start(tx, start, &ProvisionInput { instance_id: id }).await?;
    store::set(tx, id, &[(Column::OperationId, Some(operation).into())]).await?;
    Ok(operation)
}

async fn choose(step: StepCx, input: ProvisionInput) -> Result<Next> {
    let placed = step
        .write(async |tx| {
            let at = step.scope();
            // After an undo, a new try takes its room and its name again.
            release::revive(&tx, &at, input.instance_id).await?;
            let row = store::locked(&tx, &at, input.instance_id).await?;
            store::set(&tx, row.id, &[(Column::OperationId, Some(step.operation()).into())]).await?;
            if row.state == State::Provisioning && row.node_id.is_some() {
                return Ok(Ok(row.node_name.unwrap_or_default()));
            }
            let node = match place(&tx, &at, &row).await? {
                Placed::On(node) => node,
                Placed::Nowhere(why) => return Ok(Err(why)),
            };
            store::set(&tx, row.id, &[(Column::NodeId, Some(node.id).into()), (Column::NodeName, Some(node.name.clone()).into())]).await?;
            card::pin(&tx, &at, row.id, &node.name).await?;
            change(&tx, &row, State::Provisioning, "It is being set up.").await?;
            Ok(Ok(node.name))
        })
        .await?;
    match placed {
        Ok(node) => step.log(format!("It goes to the node {node}.")).await?,
        // Which rule refused says how full nodes are, which is the operator's business.
        Err(why) => {
            step.log_for_operator(if why.is_empty() { "The region has no nodes.".to_owned() } else { why.join("\n") }).await?;
            return Err(no_room());
        }
    }
    Ok(Next::Done)
}

async fn let_go(step: StepCx, input: ProvisionInput) -> Result<()> {
    step.write(async |tx| release::release(&tx, &step.scope(), input.instance_id, State::Failed, "It could not be set up. The operation says why.").await).await
}

async fn prepare(step: StepCx, input: ProvisionInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    let spec = guest::spec(&step, &row).await?;
    card::network_ready(&step, &row).await?;
    if row.backup_id.is_none() && !image::take_in(&step, &row).await? {
        return Ok(Next::Again(LOOK));
    }
    let driver = guest::driver(&step, &row)?;
    let made = match row.backup_id {
        Some(backup) => driver.restore_backup(&backup::name(backup)?, &spec).await,
        None => driver.ensure(&spec).await.map(Progress::Done),
    };
    match made {
        Ok(Progress::Working { .. }) => Ok(Next::Again(LOOK)),
        Ok(Progress::Done(guest)) => {
            match row.backup_id {
                // An archive may bring along what held for another machine.
                Some(_) => card::say_again(&step, &row).await?,
                None => card::set_filter(&step, &row).await?,
            }
            guest::note(&step, row.id, &guest).await?;
            Ok(Next::Done)
        }
        // How full hosts are, and which are under maintenance, is the operator's business.
        Err(DriverError::Full { reason }) => {
            step.log_for_operator(reason).await?;
            Err(no_room())
        }
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

fn no_room() -> Error {
    Error::exhausted("There is no room for this machine in its region now. Choose another size or region, or try again later.")
}

async fn remove(step: StepCx, input: ProvisionInput) -> Result<()> {
    let row = guest::row(&step, input.instance_id).await?;
    if row.node_name.is_none() {
        return Ok(());
    }
    guest::driver(&step, &row)?.destroy(&drivers::reference(row.id)?).await.map_err(drivers::said)
}

async fn wait(step: StepCx, input: ProvisionInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    guest::must_run(&step, &row).await?;
    // Addresses are known for certain once it runs.
    if let Some(seen) = guest::driver(&step, &row)?.find(&drivers::reference(row.id)?).await.map_err(drivers::said)? {
        guest::note(&step, row.id, &seen).await?;
    }
    Ok(Next::Done)
}
