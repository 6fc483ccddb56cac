//! Makes a disk, and attaches it where that was asked for. Undone, nothing of it is left and its room is free again.

use compute_driver::{DISKS_PER_GUEST, DiskSpec};
use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, KeyOwner, Kind, Result, Scope, Sealed, Tx};
use serde::{Deserialize, Serialize};
use workflow::{Next, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::change::{at_work, begun};
use super::measure::note;
use super::model::{Disk, DiskId, DiskState, Name, NewDisk};
use super::store::{self, Column, Row};
use super::{attach, list};
use crate::events::{DISK_CREATED, DISK_DELETED, DiskFact};
use crate::instance::{InstanceId, State, store as instances};
use crate::node::place::for_disk;
use crate::{drivers, quota, region};

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct DiskInput {
    /// Which disk.
    pub disk_id: DiskId,
}

/// Makes a disk. Its name on the hypervisor is its id, known before the first call.
pub static DISK_CREATE: Workflow<DiskInput> = Workflow {
    name: "compute.disk.create",
    title: "Make the disk",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("make", "Make it on its node", make, remove),
        step!("attach", "Attach it to its machine", give, take, attach::BROUGHT),
        step!("finish", "Hand it over", finish, nothing),
    ],
};

/// Begins to make a disk.
///
/// # Errors
/// `Invalid` with every wrong field; `Conflict` when the machine's state or node does not allow it; `Exhausted` when the quota is used up
/// or no node has room.
pub async fn create<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, new: &NewDisk) -> Result<Disk> {
    let id = cx.write(async |tx| begin(&tx, at, new).await).await?;
    list::view(cx, at, id).await
}

/// The same in the caller's transaction.
///
/// # Errors
/// As for [`create`].
pub async fn begin<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, new: &NewDisk) -> Result<DiskId> {
    new.checks().done()?;
    let machine = match new.instance_id {
        Some(id) => Some(machine_for(tx, at, id).await?),
        None => None,
    };
    let region_id = machine.as_ref().map(|machine| machine.region_id).or(new.region_id);
    let region_id = region_id.ok_or_else(|| Error::internal("a disk without a place"))?;
    let region = region::by_id(tx.db(), region_id).await.map_err(foreign("region_id", "choose one of the regions"))?;
    if new.region_id.is_some_and(|wanted| wanted != region.id) {
        return Err(Error::invalid("region_id", format!("choose {}, where the machine is", region.title)));
    }
    quota::reserve_disk(tx, at, new.size_gib).await?;
    let node = for_disk(tx, region.id, machine.as_ref().and_then(|machine| machine.node_id), new.size_gib).await?;
    let owner = KeyOwner::Organisation(at.organisation_id()?);
    let id: DiskId = tx.cx().new_id();
    let row = Row {
        id,
        organisation_id: at.organisation_id()?,
        project_id: at.project_id()?,
        name: Sealed::<Name>::seal(tx, owner, &new.name.trim().to_owned()).await?,
        size_gib: new.size_gib,
        growing_to_gib: None,
        region_id: region.id,
        node_id: node.id,
        node_name: node.name,
        instance_id: new.instance_id,
        state: DiskState::Creating,
        problem: None,
        measured_to: None,
        measured_seq: 0,
        operation_id: None,
        created_at: tx.cx().now().0,
        deleted_at: None,
    };
    let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
    store::insert(tx, row).await?;
    begun(tx, id, DISK_CREATE.start(tx, start, &DiskInput { disk_id: id }).await?).await?;
    audit::record(tx, at, id, "A disk is made").await?;
    Ok(id)
}

pub(super) fn foreign(field: &'static str, message: &'static str) -> impl Fn(Error) -> Error {
    move |error| if error.kind() == Kind::NotFound { Error::invalid(field, message) } else { error }
}

/// The machine that gets a disk, locked: one that rests on its node and has room for one more.
pub(super) async fn machine_for<P: AtProject>(tx: &Tx, at: &Scope<P>, id: InstanceId) -> Result<instances::Row> {
    let machine = instances::locked(tx, at, id).await.map_err(foreign("instance_id", "choose one of the project's machines"))?;
    if !matches!(machine.state, State::Running | State::Stopped) {
        return Err(Error::conflict_at("instance_id", format!("This machine is {}, so it can get no disk now.", machine.state.in_words())));
    }
    crate::node::must_have(tx, machine.node_id, compute_driver::Feature::Disks).await?;
    if store::count_of_machine(tx.db(), id).await? >= DISKS_PER_GUEST as u64 {
        return Err(Error::conflict_at("instance_id", format!("This machine has {DISKS_PER_GUEST} extra disks already. Detach one first.")));
    }
    Ok(machine)
}

async fn make(step: StepCx, input: DiskInput) -> Result<Next> {
    let (row, reference, driver) = at_work(&step, input.disk_id).await?;
    let gib = u32::try_from(row.size_gib).map_err(|error| Error::internal("a disk of a negative size").caused_by(error))?;
    match driver.create_disk(&DiskSpec { reference, gib }).await {
        Ok(_) => Ok(Next::Done),
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

async fn remove(step: StepCx, input: DiskInput) -> Result<()> {
    let (_, reference, driver) = at_work(&step, input.disk_id).await?;
    match driver.remove_disk(&reference).await {
        Ok(()) | Err(compute_driver::DriverError::Unsupported { .. }) => {}
        Err(error) => return Err(drivers::said(error)),
    }
    step.write(async |tx| {
        let at = step.scope();
        let row = store::locked(&tx, &at, input.disk_id).await?;
        let handed_over = row.state == DiskState::Ready;
        if store::change(&tx, &row, DiskState::Failed).await? {
            if handed_over {
                note(&tx, &row, None).await?;
                tx.announce(DISK_DELETED, row.place(), row.id, &DiskFact { disk_id: row.id, at: tx.cx().now() }).await?;
            }
            let why = "It could not be made. The operation says why.";
            store::set(&tx, row.id, &[(Column::Problem, Some(why).into()), (Column::InstanceId, None::<uuid::Uuid>.into())]).await?;
            quota::release_disk(&tx, &at, row.size_gib).await?;
        }
        Ok(())
    })
    .await
}

async fn give(step: StepCx, input: DiskInput) -> Result<Next> {
    let row = store::by_id(step.cx().db(), &step.scope(), input.disk_id).await?;
    // One that was asked for without a machine has nowhere to go, and a machine may be gone meanwhile.
    if let Some(machine) = row.instance_id {
        attach::tell(&step, row.id, machine).await?;
    }
    Ok(Next::Done)
}

async fn take(step: StepCx, input: DiskInput) -> Result<()> {
    let (_, reference, driver) = at_work(&step, input.disk_id).await?;
    driver.detach_disk(&reference).await.map_err(drivers::said)
}

async fn finish(step: StepCx, input: DiskInput) -> Result<Next> {
    step.write(async |tx| {
        let row = store::locked(&tx, &step.scope(), input.disk_id).await?;
        if store::change(&tx, &row, DiskState::Ready).await? {
            let now = tx.cx().now();
            store::set(&tx, row.id, &[(Column::MeasuredTo, Some(now.0).into())]).await?;
            tx.announce(DISK_CREATED, row.place(), row.id, &DiskFact { disk_id: row.id, at: now }).await?;
        }
        Ok(())
    })
    .await?;
    Ok(Next::Done)
}
