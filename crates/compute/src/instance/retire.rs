//! Deletes a machine: stops it, keeps it for its grace, then removes it with its disk. A deletion
//! whose grace has ended is never taken back; trouble on the way stops it where it is.

use std::time::Duration;

use kernel::map::purpose;
use kernel::{Error, PersonId, Result, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Retry, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::model::{InstanceId, State};
use super::store::{self, Column, Row};
use super::{change, guest, release};
use crate::drivers;

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct RetireInput {
    /// Which machine.
    pub instance_id: InstanceId,
    /// When its grace ends; a machine that was brought back has another instant, or none.
    pub delete_at: Timestamp,
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
        step!("keep", "Keep it until its grace ends", keep, nothing),
        step!("destroy", "Remove the machine and its disk", destroy, nothing, STUBBORN),
        step!("close", "Note that it is gone", close, nothing),
    ],
};

/// Begins it in the caller's transaction, which has locked `row`. The grace ends at `delete_at`.
///
/// # Errors
/// `Conflict` when the machine's state does not allow it.
pub(crate) async fn begin(tx: &Tx, row: &Row, started_by: Option<PersonId>, delete_at: Timestamp, why: &str) -> Result<OperationId> {
    change(tx, row, State::Deleting, why).await?;
    let start = Start { place: row.place(), subject: &row.id.to_string(), started_by, key: None };
    let operation = RETIRE.start(tx, start, &RetireInput { instance_id: row.id, delete_at }).await?;
    store::set(tx, row.id, &[(Column::OperationId, Some(operation).into()), (Column::DeleteAt, Some(delete_at.0).into())]).await?;
    Ok(operation)
}

fn brought_back() -> Error {
    Error::conflict("The machine was brought back, so it is not deleted.")
}

async fn stop(step: StepCx, input: RetireInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    if row.state != State::Deleting || row.delete_at != Some(input.delete_at.0) {
        return Err(brought_back());
    }
    if row.node_name.is_some() {
        match guest::driver(&step, &row)?.stop(&drivers::reference(row.id)?).await {
            Ok(()) | Err(compute_driver::DriverError::NotFound { .. }) => {}
            Err(error) => return Err(drivers::told(&step, error).await),
        }
    }
    Ok(Next::Done)
}

async fn keep(step: StepCx, input: RetireInput) -> Result<Next> {
    let still = step
        .write(async |tx| {
            // Locked, so that it cannot be brought back between this look and the removal.
            let row = store::locked(&tx, &step.scope(), input.instance_id).await?;
            Ok(row.state == State::Deleting && row.delete_at == Some(input.delete_at.0))
        })
        .await?;
    if !still {
        return Err(brought_back());
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
