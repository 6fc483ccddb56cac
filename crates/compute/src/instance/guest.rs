//! The guest behind a machine: its spec, its status, and what the hypervisor knows of it.

use compute_driver::{Guest, GuestSpec, InForce, Size, Status};
use kernel::map::purpose;
use kernel::{Error, Gate, Result, Sealed, Tx};
use workflow::StepCx;

use super::change;
use super::model::{InstanceId, State};
use super::store::{self, Column, Row};
use crate::card;
use crate::node::accelerator;
use crate::{drivers, host};

/// The machine that a step works on.
pub(crate) async fn row(step: &StepCx, id: InstanceId) -> Result<Row> {
    store::by_id(step.cx().db(), &step.scope(), id).await
}

/// The driver of the machine's node.
///
/// # Errors
/// `Conflict` when the machine is on no node.
pub(crate) fn driver(step: &StepCx, row: &Row) -> Result<std::sync::Arc<dyn compute_driver::Driver>> {
    let node = row.node_name.as_deref().ok_or_else(|| Error::conflict("This machine is on no node."))?;
    drivers::of(step.cx(), node)
}

/// What the guest shall be; the same at every call until the machine is rebuilt.
pub(crate) async fn spec(step: &StepCx, row: &Row) -> Result<GuestSpec> {
    let gate = Gate::new(
        step.cx(),
        &step.scope(),
        &purpose::SERVICE,
        [row.hostname.bytes(), row.ssh_key.bytes()].into_iter().chain(row.user_data.as_ref().map(Sealed::bytes)),
    )
    .await?;
    let Size { cpus, memory_mib, disk_gib } = row.shape().size();
    Ok(GuestSpec {
        reference: drivers::reference(row.id)?,
        hostname: row.hostname.open(&gate)?,
        // What was taken over came without a key.
        ssh_keys: Some(row.ssh_key.open(&gate)?).filter(|key| !key.is_empty()).into_iter().collect(),
        cpus,
        memory_mib,
        disk_gib,
        template: row.template_name.clone(),
        mac: row.mac.clone(),
        ssh_port: None,
        user_data: row.user_data.as_ref().map(|text| text.open(&gate)).transpose()?,
        password: None,
        avoid: match row.node_id {
            Some(node) => host::store::closed_on(step.cx().db(), node).await?,
            None => Vec::new(),
        },
        card: card::store::of(step.cx().db(), row.id).await?.as_ref().map(card::driver_card).transpose()?,
        cut_off: false,
    })
}

/// Writes what the hypervisor knows of the guest.
pub(crate) async fn note(step: &StepCx, id: InstanceId, guest: &Guest) -> Result<()> {
    step.write(async |tx| {
        let ssh = guest.ssh.as_ref();
        let columns = [
            (Column::Accelerator, Some(accelerator(guest.accelerator).to_owned()).into()),
            (Column::HostName, guest.host.clone().into()),
            (Column::Ipv4, guest.ipv4.clone().into()),
            (Column::Ipv6, guest.ipv6.clone().into()),
            (Column::SshHost, ssh.map(|ssh| ssh.host.clone()).into()),
            (Column::SshPort, ssh.map(|ssh| i32::from(ssh.port)).into()),
        ];
        store::set(&tx, id, &columns).await
    })
    .await
}

/// What the hypervisor says now.
pub(crate) async fn status(step: &StepCx, row: &Row) -> Result<Status> {
    driver(step, row)?.status(&drivers::reference(row.id)?).await.map_err(drivers::said)
}

/// Switches the guest on, or tells the step why not.
pub(crate) async fn start(step: &StepCx, row: &Row) -> Result<()> {
    match driver(step, row)?.start(&drivers::reference(row.id)?).await {
        Ok(()) => Ok(()),
        Err(error) => Err(drivers::told(step, error).await),
    }
}

/// Fails in a way that is tried again unless the guest runs.
pub(crate) async fn must_run(step: &StepCx, row: &Row) -> Result<()> {
    match status(step, row).await? {
        Status::Running => Ok(()),
        Status::Absent => Err(Error::conflict("The machine is gone from its node.")),
        Status::Stopped | Status::Paused | Status::Unknown => Err(Error::unavailable("The hypervisor does not report the machine as running yet.")),
    }
}

/// Fails in a way that is tried again unless the guest's processors are held.
pub(crate) async fn must_be_paused(step: &StepCx, row: &Row) -> Result<()> {
    match status(step, row).await? {
        Status::Paused => Ok(()),
        Status::Stopped | Status::Absent => Err(Error::conflict("The machine does not run any more, so it cannot be suspended.")),
        Status::Running | Status::Unknown => Err(Error::unavailable("The hypervisor does not report the machine as suspended yet.")),
    }
}

/// Tells when a change inside the guest is in force.
pub(crate) async fn log_force(step: &StepCx, force: InForce) -> Result<()> {
    let text = match force {
        InForce::Now => "It is in force.",
        InForce::AfterRestart => "It is in force once the machine has been stopped and started.",
    };
    step.log(text).await
}

/// Brings the state back to what the hypervisor says, after something did not work.
pub(crate) async fn settle_as_seen(step: &StepCx, id: InstanceId) -> Result<()> {
    let seen = seen(step, id).await?;
    step.write(async |tx| settle(&tx, step, id, seen).await).await
}

/// The state that the hypervisor's word amounts to.
pub(crate) async fn seen(step: &StepCx, id: InstanceId) -> Result<State> {
    let row = row(step, id).await?;
    let found = driver(step, &row)?.find(&drivers::reference(id)?).await.map_err(drivers::said)?;
    match found.as_ref().map_or(Status::Absent, |guest| guest.status) {
        Status::Running if found.is_some_and(|guest| guest.rescue) => Ok(State::Rescue),
        Status::Running => Ok(State::Running),
        Status::Paused => Ok(State::Suspended),
        Status::Stopped => Ok(State::Stopped),
        Status::Absent => Ok(State::Failed),
        Status::Unknown => Err(Error::unavailable("The hypervisor does not say how the machine stands.")),
    }
}

/// Ends a change of power in `to`; nothing happens when the machine is there already.
pub(crate) async fn settle(tx: &Tx, step: &StepCx, id: InstanceId, to: State) -> Result<()> {
    let row = store::locked(tx, &step.scope(), id).await?;
    let text = match to {
        State::Running => "It runs.",
        State::Stopped => "It is stopped.",
        State::Suspended => "It is suspended.",
        State::Rescue => "It runs its rescue system.",
        _ => "It is gone from its node.",
    };
    if row.state.is_busy() { change(tx, &row, to, text).await } else { Ok(()) }
}
