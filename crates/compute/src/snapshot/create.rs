//! Takes a snapshot of a machine. Undone, nothing of it is left and its place is free again.

use std::time::Duration;

use compute_driver::{Progress, Reference, SnapshotSpec};
use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, KeyOwner, Result, Scope, Sealed};
use serde::{Deserialize, Serialize};
use workflow::{Next, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::list;
use super::model::{Name, NewSnapshot, Snapshot, SnapshotId, SnapshotState};
use super::store::{self, Column, Row};
use crate::instance::{InstanceId, State, guest, store as instances};
use crate::{disk, drivers, quota};

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SnapshotInput {
    /// Which snapshot.
    pub snapshot_id: SnapshotId,
    /// Of which machine.
    pub instance_id: InstanceId,
}

/// How often a hypervisor that is at work is asked again.
pub(super) const LOOK: Duration = Duration::from_secs(1);

/// Takes a snapshot. Its name on the hypervisor is its id, known before the first call.
pub static SNAPSHOT_CREATE: Workflow<SnapshotInput> = Workflow {
    name: "compute.snapshot.create",
    title: "Take the snapshot",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("take", "Save the machine as it is", take, remove), step!("finish", "Note that it is there", finish, nothing)],
};

/// Begins to take a snapshot.
///
/// # Errors
/// `Invalid` on `name`; `NotFound`; `Conflict` when the machine's state does not allow it; `Exhausted` when the quota is used up.
pub async fn create<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, instance: InstanceId, new: &NewSnapshot) -> Result<Snapshot> {
    new.checks().done()?;
    let id = cx
        .write(async |tx| {
            let machine = instances::locked(&tx, at, instance).await?;
            if !matches!(machine.state, State::Running | State::Stopped) {
                return Err(Error::conflict(format!("This machine is {}, so no snapshot can be taken now.", machine.state.in_words())));
            }
            let memory = new.memory && machine.state == State::Running;
            if memory {
                disk::none_for_memory(&tx, instance).await?;
            }
            quota::reserve_snapshot(&tx, at).await?;
            let id: SnapshotId = tx.cx().new_id();
            let row = Row {
                id,
                organisation_id: machine.organisation_id,
                project_id: machine.project_id,
                instance_id: instance,
                name: Sealed::<Name>::seal(&tx, KeyOwner::Organisation(machine.organisation_id), &new.name.trim().to_owned()).await?,
                state: SnapshotState::Creating,
                problem: None,
                memory,
                disk_gib: machine.disk_gib,
                operation_id: None,
                created_at: tx.cx().now().0,
                deleted_at: None,
            };
            store::insert(&tx, row).await?;
            let start = Start { place: machine.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
            let operation = SNAPSHOT_CREATE.start(&tx, start, &SnapshotInput { snapshot_id: id, instance_id: instance }).await?;
            store::set(&tx, id, &[(Column::OperationId, Some(operation).into())]).await?;
            audit::record(&tx, at, id, "A snapshot of a machine is taken").await?;
            Ok(id)
        })
        .await?;
    list::view(cx, at, id).await
}

/// The name that a snapshot carries on the hypervisor.
pub(super) fn name(id: SnapshotId) -> Result<Reference> {
    Reference::parse(&id.to_string()).map_err(|error| Error::internal("a snapshot's id is no reference").caused_by(error))
}

async fn take(step: StepCx, input: SnapshotInput) -> Result<Next> {
    let machine = guest::row(&step, input.instance_id).await?;
    let row = store::by_id(step.cx().db(), &step.scope(), input.snapshot_id).await?;
    let wanted = SnapshotSpec { name: name(row.id)?, memory: row.memory };
    match guest::driver(&step, &machine)?.create_snapshot(&drivers::reference(machine.id)?, &wanted).await {
        Ok(Progress::Working { .. }) => Ok(Next::Again(LOOK)),
        Ok(Progress::Done(taken)) => {
            // A machine that was switched off meanwhile had no memory to keep.
            step.write(async |tx| store::set(&tx, row.id, &[(Column::Memory, taken.memory.into())]).await).await?;
            Ok(Next::Done)
        }
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

async fn remove(step: StepCx, input: SnapshotInput) -> Result<()> {
    let machine = guest::row(&step, input.instance_id).await?;
    if machine.node_name.is_some() {
        let gone = guest::driver(&step, &machine)?.delete_snapshot(&drivers::reference(machine.id)?, &name(input.snapshot_id)?).await;
        match gone {
            Ok(()) | Err(compute_driver::DriverError::NotFound { .. } | compute_driver::DriverError::Unsupported { .. }) => {}
            Err(error) => return Err(drivers::said(error)),
        }
    }
    settle(&step, input, SnapshotState::Failed).await
}

async fn finish(step: StepCx, input: SnapshotInput) -> Result<Next> {
    settle(&step, input, SnapshotState::Ready).await?;
    Ok(Next::Done)
}

/// Writes the state in which a snapshot ends, and gives its place back unless it stays.
pub(super) async fn settle(step: &StepCx, input: SnapshotInput, to: SnapshotState) -> Result<()> {
    let problem = (to == SnapshotState::Failed).then_some("It could not be taken. The operation says why.");
    step.write(async |tx| {
        let at = step.scope();
        let row = store::locked(&tx, &at, input.snapshot_id).await?;
        if store::change(&tx, &row, to, problem).await? && to != SnapshotState::Ready {
            quota::release_snapshots(&tx, &at, 1).await?;
        }
        Ok(())
    })
    .await
}
