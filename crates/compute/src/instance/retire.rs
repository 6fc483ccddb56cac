//! Deletes a machine: stops it, makes its last backup if one is asked for, keeps it for its grace, then removes it with its disk.
//! A deletion whose grace has ended is never taken back; trouble on the way stops it where it is.

use std::time::Duration;

use kernel::map::purpose;
use kernel::{PersonId, Result, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Retry, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::last_backup::copy;
use super::model::{InstanceId, State};
use super::store::{self, Column, Row};
use super::{change, guest, release};
use crate::backup::{self, BackupId};
use crate::drivers;

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct RetireInput {
    /// Which machine.
    pub instance_id: InstanceId,
    /// When its grace ends; a machine that was brought back has another instant, or none.
    pub delete_at: Timestamp,
    /// The backup that must be there before anything is destroyed.
    #[serde(default)]
    pub last_backup: Option<BackupId>,
}

/// A hypervisor that is away for hours must not stop a deletion.
const STUBBORN: Retry = Retry { attempts: 500, ..Retry::STANDARD };
/// How often the end of the grace is looked for.
const LOOK: Duration = Duration::from_secs(5);

/// Deletes a machine.
pub static RETIRE: Workflow<RetireInput> = Workflow {
    name: "compute.instance.retire",
    title: "Delete the machine",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Stop,
    steps: &[
        step!("stop", "Stop the machine", stop, nothing, STUBBORN),
        step!("copy", "Make the last backup", copy, nothing),
        step!("keep", "Keep it until its grace ends", keep, nothing),
        step!("destroy", "Remove the machine and its disk", destroy, nothing, STUBBORN),
        step!("close", "Note that it is gone", close, nothing),
    ],
};

/// What a deletion waits for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// When its grace ends.
    pub delete_at: Timestamp,
    /// The backup that is made first.
    pub last_backup: Option<BackupId>,
}

impl Terms {
    /// No grace and no last backup.
    pub(crate) fn at_once(now: Timestamp) -> Self {
        Self { delete_at: now, last_backup: None }
    }
}

/// Begins it in the caller's transaction, which has locked `row`.
///
/// # Errors
/// `Conflict` when the machine's state does not allow it.
pub(crate) async fn begin(tx: &Tx, row: &Row, started_by: Option<PersonId>, terms: Terms, why: &str) -> Result<OperationId> {
    change(tx, row, State::Deleting, why).await?;
    let start = Start { place: row.place(), subject: &row.id.to_string(), started_by, key: None };
    let Terms { delete_at, last_backup } = terms;
    let operation = RETIRE.start(tx, start, &RetireInput { instance_id: row.id, delete_at, last_backup }).await?;
    store::set(tx, row.id, &[(Column::OperationId, Some(operation).into()), (Column::DeleteAt, Some(delete_at.0).into())]).await?;
    Ok(operation)
}

/// Whether the machine is still about to be deleted by this operation. Locked, so that it cannot be brought back between this look and
/// what follows in the same transaction.
pub(super) async fn still_wanted(tx: &Tx, step: &StepCx, input: &RetireInput) -> Result<Option<Row>> {
    let row = store::locked(tx, &step.scope(), input.instance_id).await?;
    Ok((row.state == State::Deleting && row.delete_at == Some(input.delete_at.0)).then_some(row))
}

/// The machine is no longer about to be deleted: its last backup needs no place, unless it is being made.
pub(super) async fn brought_back(step: &StepCx, input: &RetireInput) -> Result<Next> {
    if let Some(id) = input.last_backup {
        step.write(async |tx| backup::give_up(&tx, &step.scope(), id, "The machine was brought back before it was made.").await).await?;
    }
    Ok(Next::CalledOff("The machine was brought back, so it is not deleted."))
}

async fn stop(step: StepCx, input: RetireInput) -> Result<Next> {
    let Some(row) = step.write(async |tx| still_wanted(&tx, &step, &input).await).await? else {
        return brought_back(&step, &input).await;
    };
    if row.node_name.is_some() {
        match guest::driver(&step, &row)?.stop(&drivers::reference(row.id)?).await {
            Ok(()) | Err(compute_driver::DriverError::NotFound { .. }) => {}
            Err(error) => return Err(drivers::told(&step, error).await),
        }
    }
    Ok(Next::Done)
}

async fn keep(step: StepCx, input: RetireInput) -> Result<Next> {
    if step.write(async |tx| still_wanted(&tx, &step, &input).await).await?.is_none() {
        return brought_back(&step, &input).await;
    }
    let left = input.delete_at.since(step.cx().now());
    Ok(if left.is_zero() { Next::Done } else { Next::Again(left.min(LOOK)) })
}

async fn destroy(step: StepCx, input: RetireInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    if row.node_name.is_some() {
        match guest::driver(&step, &row)?.destroy(&drivers::reference(row.id)?).await {
            Ok(()) => {}
            Err(error) => return Err(drivers::told(&step, error).await),
        }
    }
    Ok(Next::Done)
}

async fn close(step: StepCx, input: RetireInput) -> Result<Next> {
    step.write(async |tx| release::release(&tx, &step.scope(), input.instance_id, State::Deleted, "It is deleted.").await).await?;
    Ok(Next::Done)
}
