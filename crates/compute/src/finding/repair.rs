//! Carries out a repair that a person chose. What only we have to change is done at once; what the hypervisor has to do is an operation.

use compute_driver::{InForce, Size};
use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{ByWorkflow, Cx, Error, Place, Result, Scope, Tx};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, operation, step};

use super::limit;
use super::list::{shown, view};
use super::model::{Finding, FindingId, FindingKind, FindingRepair, Repair};
use super::store::{self, Row};
use crate::instance::power::{self, Action};
use crate::instance::store::{self as instances, Column};
use crate::instance::{InstanceId, State, change, guest, retire};
use crate::{cluster, disk, drivers, quota};

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct RepairInput {
    /// Which finding.
    pub finding_id: FindingId,
    /// Of which machine, if there is one.
    pub instance_id: Option<InstanceId>,
    /// What is done.
    pub repair: Repair,
}

/// Has a hypervisor do what a person chose. It is never undone: what went wrong is a finding again.
pub static REPAIR: Workflow<RepairInput> = Workflow {
    name: "compute.finding.repair",
    title: "Repair what differs",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Stop,
    steps: &[step!("act", "Tell the hypervisor", act, nothing), step!("close", "Note that it was repaired", close, nothing)],
};

/// Carries out one of the repairs that the finding offers.
///
/// # Errors
/// `NotFound`; `Conflict` when it is no longer so, or when the repair is not offered now; `Invalid` at `confirm`.
pub async fn repair<P: Permission>(cx: &Cx, at: &Scope<P>, id: FindingId, wanted: &FindingRepair) -> Result<Finding> {
    cx.write(async |tx| {
        // The machine first, as everywhere, so that two transactions cannot lock crosswise.
        let seen = store::by_id(tx.db(), at, id).await?;
        let machine = machine(&tx, at, &seen).await?;
        let row = store::locked(&tx, at, id).await?;
        allowed(&tx, at, &row, wanted).await?;
        if let Some(operation) = begin(&tx, at, &row, machine.as_ref(), wanted.repair).await? {
            store::set_operation(&tx, id, operation).await?;
        }
        audit::record(&tx, at, id, format!("A repair was chosen for what differs at a hypervisor: {}", in_words(wanted.repair))).await
    })
    .await?;
    // What was changed about a cluster is in force here before the answer, and elsewhere within seconds.
    if wanted.repair == Repair::AcceptCertificate {
        cluster::follow(cx).await?;
    }
    view(cx, at, id).await
}

async fn machine<P: Permission>(tx: &Tx, at: &Scope<P>, row: &Row) -> Result<Option<instances::Row>> {
    let Some(id) = row.instance_id else { return Ok(None) };
    match instances::among(tx.db(), at, [id]).await?.remove(&id) {
        Some(machine) => instances::locked(tx, &acting(machine.place()), id).await.map(Some),
        None => Ok(None),
    }
}

fn acting(place: Place) -> Scope<ByWorkflow> {
    Scope::<ByWorkflow>::acting(REPAIR.name, place)
}

async fn allowed<P: Permission>(tx: &Tx, at: &Scope<P>, row: &Row, wanted: &FindingRepair) -> Result<()> {
    let offers = shown(tx.cx(), tx.db(), at, vec![row.clone()]).await?.pop().map(|finding| finding.repairs).unwrap_or_default();
    let offer = offers.into_iter().find(|offer| offer.repair == wanted.repair);
    let offer = offer.ok_or_else(|| Error::conflict("This repair does not fit what was found. Look at the finding again."))?;
    match (offer.refused, offer.confirm) {
        (Some(why), _) => Err(Error::conflict(why)),
        (None, Some(text)) if wanted.confirm.as_ref() != Some(&text) => Err(Error::invalid("confirm", format!("type {text} to confirm this"))),
        (None, _) => Ok(()),
    }
}

/// Begins it, and tells the operation if there is one. What only we have to change is changed here.
async fn begin<P: Permission>(tx: &Tx, at: &Scope<P>, row: &Row, machine: Option<&instances::Row>, repair: Repair) -> Result<Option<OperationId>> {
    let person = at.actor().person();
    match (repair, row.kind, machine) {
        (Repair::Accept, FindingKind::GuestGone | FindingKind::OrphanMachine, Some(machine)) => {
            // The reconciler may know of the loss before the machine does.
            retire::begin(tx, machine, person, retire::Terms::at_once(tx.cx().now()), "It was lost on its node, and is deleted.").await.map(Some)
        }
        (Repair::Accept, FindingKind::DiskGone, _) => {
            let reference = row.reference.as_deref().ok_or_else(|| Error::internal("a lost disk without a name"))?;
            disk::give_up(tx, at, reference).await.map(Some)
        }
        (Repair::Accept, FindingKind::StateDiffers, Some(machine)) => {
            instances::set(tx, machine.id, &[(Column::StateReason, None::<String>.into())]).await?;
            store::close(tx, row.id, Some(repair)).await?;
            Ok(None)
        }
        (Repair::AcceptCertificate, FindingKind::CertificateChanged, _) => {
            let (Some(node), Some(address)) = (&row.node_name, &row.reference) else { return Err(Error::internal("a certificate without an address")) };
            let (known, presented) = (row.believed.as_deref().unwrap_or_default(), row.seen.as_deref().unwrap_or_default());
            cluster::accept_certificate(tx, at, node, address, (known, presented)).await?;
            store::close(tx, row.id, Some(repair)).await?;
            Ok(None)
        }
        (Repair::MarkFailed, _, Some(machine)) => {
            change(tx, machine, State::Failed, "The operator found that it is not usable.").await?;
            store::close(tx, row.id, Some(repair)).await?;
            Ok(None)
        }
        (Repair::Retry, _, Some(machine)) => match machine.operation_id {
            Some(operation) => operation::retry(tx, operation).await.map(|()| Some(operation)),
            None => Err(Error::conflict("The machine has no operation to try again.")),
        },
        (Repair::Start, _, Some(machine)) => power::begin(tx, machine, person, Action::Start).await.map(Some),
        (Repair::Stop, _, Some(machine)) if machine.state == State::Running => power::begin(tx, machine, person, Action::Stop).await.map(Some),
        (_, _, machine) => {
            let place = machine.map_or(Place::Platform, instances::Row::place);
            let subject = row.reference.clone().unwrap_or_else(|| row.id.to_string());
            let start = Start { place, subject: &subject, started_by: person, key: None };
            let input = RepairInput { finding_id: row.id, instance_id: machine.map(|machine| machine.id), repair };
            REPAIR.start(tx, start, &input).await.map(Some)
        }
    }
}

fn in_words(repair: Repair) -> &'static str {
    match repair {
        Repair::Accept => "what the hypervisor says is taken",
        Repair::Start => "the guest is started",
        Repair::Stop => "the guest is stopped",
        Repair::Resume => "the guest goes on",
        Repair::Resize => "the guest gets the machine's size",
        Repair::Remove => "what nobody here knows is removed",
        Repair::MarkFailed => "the machine is marked as not usable",
        Repair::Retry => "the operation is tried again",
        Repair::AcceptCertificate => "the new certificate is trusted",
    }
}

async fn act(step: StepCx, input: RepairInput) -> Result<Next> {
    let row = store::by_id(step.cx().db(), &step.scope(), input.finding_id).await?;
    if row.closed_at.is_some() {
        step.log("It is no longer so; nothing is left to repair.").await?;
        return Ok(Next::Done);
    }
    match (input.instance_id, input.repair) {
        (Some(id), Repair::Resize) => resize(&step, id).await?,
        (Some(id), Repair::Accept) if row.kind == FindingKind::ShapeDiffers => take_shape(&step, id).await?,
        (Some(id), Repair::Accept) => take_state(&step, id).await?,
        (Some(id), Repair::Resume | Repair::Stop) => {
            let machine = guest::row(&step, id).await?;
            let (driver, reference) = (guest::driver(&step, &machine)?, drivers::reference(id)?);
            let answer = if input.repair == Repair::Resume { driver.resume(&reference).await } else { driver.stop(&reference).await };
            if let Err(error) = answer {
                return Err(drivers::told(&step, error).await);
            }
        }
        (None, Repair::Remove) if row.kind == FindingKind::OrphanDisk => remove_disk(&step, &row).await?,
        (None, Repair::Remove) => remove(&step, &row).await?,
        (_, repair) => return Err(Error::internal(format!("{repair:?} is not for the hypervisor"))),
    }
    Ok(Next::Done)
}

async fn close(step: StepCx, input: RepairInput) -> Result<Next> {
    step.write(async |tx| store::close(&tx, input.finding_id, Some(input.repair)).await).await?;
    Ok(Next::Done)
}

async fn size_of(step: &StepCx, machine: &instances::Row) -> Result<Size> {
    let found = guest::driver(step, machine)?.find(&drivers::reference(machine.id)?).await.map_err(drivers::said)?;
    found.map(|guest| guest.size).ok_or_else(|| Error::conflict("The machine is gone from its node."))
}

async fn resize(step: &StepCx, id: InstanceId) -> Result<()> {
    let machine = guest::row(step, id).await?;
    let (seen, ours) = (size_of(step, &machine).await?, machine.shape().size());
    if seen.disk_gib > ours.disk_gib {
        return Err(Error::conflict("The guest's disk is larger, and a disk cannot become smaller. Let the machine have the guest's size instead."));
    }
    match guest::driver(step, &machine)?.resize(&drivers::reference(id)?, &ours).await {
        Ok(InForce::Now) => step.log("The size is in force.").await,
        Ok(InForce::AfterRestart) => step.log("Processors and memory are in force after the next restart.").await,
        Err(error) => Err(drivers::told(step, error).await),
    }
}

async fn take_shape(step: &StepCx, id: InstanceId) -> Result<()> {
    let seen = size_of(step, &guest::row(step, id).await?).await?;
    let figure = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    step.write(async |tx| {
        let at = step.scope();
        let machine = instances::locked(&tx, &at, id).await?;
        if !matches!(machine.state, State::Running | State::Stopped) {
            return Err(Error::conflict(format!("This machine is {}. Wait until that has ended.", machine.state.in_words())));
        }
        let before = machine.shape();
        let after = crate::Shape { cpus: figure(seen.cpus), memory_mib: figure(seen.memory_mib), disk_gib: figure(seen.disk_gib), ..before.clone() };
        quota::exchange(&tx, &at, &before, &after).await?;
        let columns = [(Column::Cpus, after.cpus.into()), (Column::MemoryMib, after.memory_mib.into()), (Column::DiskGib, after.disk_gib.into())];
        instances::set(&tx, id, &columns).await
    })
    .await
}

async fn take_state(step: &StepCx, id: InstanceId) -> Result<()> {
    let seen = guest::seen(step, id).await?;
    step.write(async |tx| {
        let machine = instances::locked(&tx, &step.scope(), id).await?;
        let passes = limit::passing(machine.state).is_some();
        if passes { change(&tx, &machine, seen, "The operator took over what its node says.").await } else { Ok(()) }
    })
    .await
}

/// Looks once more whether the guest is nobody's: an hour may have passed since it was confirmed.
async fn remove(step: &StepCx, row: &Row) -> Result<()> {
    let (Some(node), Some(reference)) = (&row.node_name, &row.reference) else { return Err(Error::internal("an orphan without a name")) };
    if let Ok(id) = reference.parse::<InstanceId>()
        && let Some(machine) = instances::among(step.cx().db(), &step.scope(), [id]).await?.remove(&id)
        && machine.node_name.as_ref() == Some(node)
    {
        return Err(Error::conflict("A machine stands behind this guest by now, so it is not removed."));
    }
    let reference = compute_driver::Reference::parse(reference).map_err(drivers::said)?;
    match drivers::of(step.cx(), node)?.destroy(&reference).await {
        Ok(()) => step.log(format!("{reference} is removed from {node}.")).await,
        Err(error) => Err(drivers::told(step, error).await),
    }
}

/// The same for an extra disk.
async fn remove_disk(step: &StepCx, row: &Row) -> Result<()> {
    let (Some(node), Some(reference)) = (&row.node_name, &row.reference) else { return Err(Error::internal("an orphan without a name")) };
    if disk::store::stands_on(step.cx().db(), &step.scope(), node, reference).await? {
        return Err(Error::conflict("A disk of a project stands behind it by now, so it is not removed."));
    }
    let reference = compute_driver::Reference::parse(reference).map_err(drivers::said)?;
    match drivers::of(step.cx(), node)?.remove_disk(&reference).await {
        Ok(()) => step.log(format!("{reference} is removed from {node}.")).await,
        Err(error) => Err(drivers::told(step, error).await),
    }
}
