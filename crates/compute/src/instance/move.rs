//! Moves a machine to another host of its node: live where the hypervisor can, with a restart or without power where it cannot.
//! For the operator; its owner reads that it was moved, and why.

use std::time::Duration;

use compute_driver::{DriverError, Feature, Progress, Status, Way};
use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{ByWorkflow, Checks, Cx, Error, PersonId, Result, Scope, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::{Next, OperationId, Retry, Start, StepCx, WhenFailed, Workflow, step};

use super::bring_up::PATIENT;
use super::model::{InstanceId, State};
use super::store::{self, Column, Row};
use super::{change, guest};
use crate::backup::LONG;
use crate::{drain, drivers, host, node};

/// Where a machine is to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstanceMove {
    /// A host of the machine's node; the one with the most memory left if none is named.
    #[serde(default)]
    pub host: Option<String>,
    /// Why, in 1 to 200 characters. Its owner reads it.
    pub reason: String,
}

impl InstanceMove {
    /// What is wrong with what a person typed.
    fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.that(host::is_reason(Some(&self.reason)), "reason", "say in 1 to 200 characters why the machine is moved; its owner reads it");
        checks
    }
}

/// What the workflow works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MoveInput {
    /// Which machine.
    pub instance_id: InstanceId,
    /// The host that it goes to.
    pub host: String,
    /// How it stood before.
    pub before: State,
    /// Why, in the operator's words.
    pub reason: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
}

/// How often a hypervisor that moves a guest is asked again.
const LOOK: Duration = Duration::from_secs(2);
/// How long a guest may be on its way; a large disk over a slow network takes hours.
const DEADLINE: Duration = Duration::from_secs(6 * 3600);
/// A look that finds the other host away for a moment looks again.
const LOOKED: Retry = Retry { attempts: 4, ..Retry::STANDARD };

/// Moves a machine. Undone, it is where its hypervisor has it, as its hypervisor has it: a guest is on one host or the other, whole.
pub static MOVE: Workflow<MoveInput> = Workflow {
    name: "compute.instance.move",
    title: "Move the machine to another host",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("look", "Look whether it can go", look, as_seen, LOOKED),
        step!("move", "Move it", go, note_place, LONG),
        step!("check", "See that it is as before", check, note_place, PATIENT),
        step!("finish", "Note where it is", finish, note_place),
    ],
};

/// What a move is begun with.
pub(crate) struct Errand<'a> {
    /// The host that is wanted, if one is.
    pub(crate) host: Option<&'a str>,
    /// Why.
    pub(crate) reason: &'a str,
    /// Who asked for it, if somebody did.
    pub(crate) started_by: Option<PersonId>,
}

/// Begins to move the machine, wherever it belongs: for the operator.
///
/// # Errors
/// `Invalid` at `reason` or `host`; `NotFound`; `Conflict` when the machine's state, its node or the host does not allow it, or no other
/// host takes it.
pub async fn move_to<P: Permission>(cx: &Cx, at: &Scope<P>, id: InstanceId, wanted: &InstanceMove) -> Result<OperationId> {
    wanted.checks().done()?;
    cx.write(async |tx| {
        let found = store::among(tx.db(), at, [id]).await?.remove(&id).ok_or_else(|| Error::not_found("machine"))?;
        let row = store::locked(&tx, &acting(&found), id).await?;
        let errand = Errand { host: wanted.host.as_deref(), reason: wanted.reason.trim(), started_by: at.actor().person() };
        let operation = begin(&tx, &row, &errand).await?;
        audit::record(&tx, at, id, "A machine is moved to another host").await?;
        Ok(operation)
    })
    .await
}

fn acting(row: &Row) -> Scope<ByWorkflow> {
    Scope::<ByWorkflow>::acting(MOVE.name, row.place())
}

/// The same in the caller's transaction, which has locked `row`.
///
/// # Errors
/// As [`move_to`].
pub(crate) async fn begin(tx: &Tx, row: &Row, errand: &Errand<'_>) -> Result<OperationId> {
    if !matches!(row.state, State::Running | State::Stopped | State::Suspended | State::Rescue) {
        return Err(Error::conflict(format!("This machine is {}, so it cannot be moved now.", row.state.in_words())));
    }
    node::must_have(tx, row.node_id, Feature::Move).await?;
    let host = host::choose::choose(tx, row, errand.host).await?;
    change(tx, row, State::Moving, &format!("It moves to another host: {}.", errand.reason.trim_end_matches('.'))).await?;
    let start = Start { place: row.place(), subject: &row.id.to_string(), started_by: errand.started_by, key: None };
    let input = MoveInput { instance_id: row.id, host: host.clone(), before: row.state, reason: errand.reason.to_owned(), asked_at: tx.cx().now() };
    let operation = MOVE.start(tx, start, &input).await?;
    store::set(tx, row.id, &[(Column::OperationId, Some(operation).into()), (Column::TargetHost, Some(host).into())]).await?;
    Ok(operation)
}

async fn look(step: StepCx, input: MoveInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    let way = match guest::driver(&step, &row)?.way_to(&drivers::reference(row.id)?, &input.host).await {
        Ok(way) => way,
        Err(error) => return Err(refused(&step, error).await),
    };
    step.log(match way {
        Way::Here => "It is on its new host already.",
        Way::Live => "It runs on while it moves.",
        Way::Restart => "It cannot move while it runs, so it is shut down and started on its new host.",
        Way::Stopped => "It has no power, so only its disk moves.",
    })
    .await?;
    step.log_for_operator(format!("From {} to {}.", row.host_name.as_deref().unwrap_or("its host"), input.host)).await?;
    Ok(Next::Done)
}

/// What ties a guest to its host names devices, disks and hosts, which is the operator's to read.
async fn refused(step: &StepCx, error: DriverError) -> Error {
    if error.may_retry() {
        return drivers::told(step, error).await;
    }
    let text = error.to_string();
    let noted = step.write(async |tx| drain::refused(&tx, step.operation(), &text).await).await;
    if let Err(unwritten) = noted.and(step.log_for_operator(text.clone()).await) {
        return unwritten;
    }
    Error::conflict("It cannot leave its host now. The operator sees why.").caused_by(error)
}

async fn go(step: StepCx, input: MoveInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    match guest::driver(&step, &row)?.move_guest(&drivers::reference(row.id)?, &input.host).await {
        Ok(Progress::Working { .. }) if step.cx().now() > input.asked_at.plus(DEADLINE) => {
            Err(Error::conflict("It is on its way for six hours. Look at the task on its hypervisor."))
        }
        Ok(Progress::Working { .. }) => Ok(Next::Again(LOOK)),
        Ok(Progress::Done(moved)) => {
            guest::note(&step, row.id, &moved).await?;
            Ok(Next::Done)
        }
        Err(error) => Err(refused(&step, error).await),
    }
}

/// It must be there, whatever was said. A container that was shut down on its way and did not come up is started once more.
async fn check(step: StepCx, input: MoveInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    let found = guest::driver(&step, &row)?.find(&drivers::reference(row.id)?).await.map_err(drivers::said)?;
    let found = found.ok_or_else(|| Error::conflict("The machine is gone from its node."))?;
    if found.host.as_ref() != Some(&input.host) {
        return Err(Error::unavailable("The hypervisor does not report the machine on its new host yet."));
    }
    if !matches!(input.before, State::Running | State::Rescue) {
        return Ok(Next::Done);
    }
    if guest::status(&step, &row).await? == Status::Stopped {
        step.log("It did not come up on its new host by itself, so it is started.").await?;
        guest::start(&step, &row).await?;
    }
    guest::must_run(&step, &row).await?;
    // A container may have another address after its restart.
    if let Some(seen) = guest::driver(&step, &row)?.find(&drivers::reference(row.id)?).await.map_err(drivers::said)? {
        guest::note(&step, row.id, &seen).await?;
    }
    Ok(Next::Done)
}

async fn finish(step: StepCx, input: MoveInput) -> Result<Next> {
    let to = guest::seen(&step, input.instance_id).await?;
    step.write(async |tx| {
        let row = store::locked(&tx, &step.scope(), input.instance_id).await?;
        if row.state == State::Moving {
            let reason = input.reason.trim_end_matches('.');
            change(&tx, &row, to, &format!("It is on another host: {reason}.")).await?;
            store::set(&tx, row.id, &[(Column::TargetHost, None::<String>.into())]).await?;
            drain::arrived(&tx, &row, &input.host).await?;
            audit::record(&tx, &step.scope(), row.id, format!("The machine was moved to another host: {reason}")).await?;
        }
        Ok(())
    })
    .await?;
    Ok(Next::Done)
}

/// Where the guest is when something went wrong is what its hypervisor says.
async fn note_place(step: StepCx, input: MoveInput) -> Result<()> {
    let row = guest::row(&step, input.instance_id).await?;
    if let Some(seen) = guest::driver(&step, &row)?.find(&drivers::reference(row.id)?).await.map_err(drivers::said)? {
        guest::note(&step, row.id, &seen).await?;
    }
    Ok(())
}

async fn as_seen(step: StepCx, input: MoveInput) -> Result<()> {
    let to = guest::seen(&step, input.instance_id).await?;
    step.write(async |tx| {
        let row = store::locked(&tx, &step.scope(), input.instance_id).await?;
        if row.state == State::Moving {
            change(&tx, &row, to, "It was not moved. The operation says why.").await?;
        }
        store::set(&tx, row.id, &[(Column::TargetHost, None::<String>.into())]).await
    })
    .await
}
