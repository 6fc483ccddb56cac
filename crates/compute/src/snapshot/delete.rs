//! Removes a snapshot. What was begun is carried through: a snapshot that is being removed never comes back.

use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Result, Scope, Tx};
use workflow::{Next, Retry, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::create::{SnapshotInput, name, settle};
use super::model::{SnapshotId, SnapshotState};
use super::store::{self, Column};
use crate::drivers;
use crate::instance::{InstanceId, guest};
use crate::quota;

/// A hypervisor that is away for hours must not stop a removal.
const STUBBORN: Retry = Retry { attempts: 500, ..Retry::STANDARD };

/// Removes a snapshot.
pub static SNAPSHOT_DELETE: Workflow<SnapshotInput> = Workflow {
    name: "compute.snapshot.delete",
    title: "Delete the snapshot",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Stop,
    steps: &[step!("remove", "Remove it from the disk", remove, nothing, STUBBORN), step!("close", "Note that it is gone", close, nothing)],
};

/// Begins to remove the snapshot. One that could not be taken goes at once.
///
/// # Errors
/// `NotFound`; `Conflict` while it is being taken or removed.
pub async fn delete<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: SnapshotId) -> Result<()> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        match row.state {
            SnapshotState::Ready => {
                store::change(&tx, &row, SnapshotState::Deleting, None).await?;
                let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
                let operation = SNAPSHOT_DELETE.start(&tx, start, &SnapshotInput { snapshot_id: id, instance_id: row.instance_id }).await?;
                store::set(&tx, id, &[(Column::OperationId, Some(operation).into())]).await?;
            }
            SnapshotState::Failed => {
                store::change(&tx, &row, SnapshotState::Deleted, None).await?;
            }
            SnapshotState::Creating => return Err(Error::conflict("This snapshot is still being taken. Wait until it is there.")),
            SnapshotState::Deleting | SnapshotState::Deleted => return Err(Error::conflict("This snapshot is being removed already.")),
        }
        audit::record(&tx, at, id, "A snapshot of a machine is removed").await
    })
    .await
}

async fn remove(step: StepCx, input: SnapshotInput) -> Result<Next> {
    let machine = guest::row(&step, input.instance_id).await?;
    if machine.node_name.is_some() {
        match guest::driver(&step, &machine)?.delete_snapshot(&drivers::reference(machine.id)?, &name(input.snapshot_id)?).await {
            Ok(()) | Err(compute_driver::DriverError::NotFound { .. }) => {}
            Err(error) => return Err(drivers::told(&step, error).await),
        }
    }
    Ok(Next::Done)
}

async fn close(step: StepCx, input: SnapshotInput) -> Result<Next> {
    settle(&step, input, SnapshotState::Deleted).await?;
    Ok(Next::Done)
}

/// The disk is gone, and with it every snapshot on it: notes that, and gives their places back. Safe to repeat.
///
/// # Errors
/// Database errors.
pub(crate) async fn gone_with_disk<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, instance: InstanceId) -> Result<()> {
    let mut gone = 0;
    for row in store::counted(tx, instance).await? {
        gone += i64::from(store::change(tx, &row, SnapshotState::Deleted, None).await?);
    }
    quota::release_snapshots(tx, at, gone).await
}
