//! Empties a host: lists its machines, moves them a few at a time, and tells what could not be moved. Each move is an operation of the
//! machine's own, which its owner sees. Tried again, it moves what is left.

use std::collections::HashSet;
use std::time::Duration;

use kernel::map::purpose;
use kernel::{ByWorkflow, Error, Kind, Result, Scope};
use serde::{Deserialize, Serialize};
use workflow::operation::{State as Work, by_subject};
use workflow::{Next, Retry, StepCx, WhenFailed, Workflow, nothing, step};

use super::model::{DrainMachineState as State, Turn};
use super::store::{self, Change, Row};
use crate::instance::{self, InstanceId, MOVE, r#move, store as instances};
use crate::node::{self, Node, NodeId};
use crate::{drivers, host};

/// What the workflow works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DrainInput {
    /// Of which node.
    pub node_id: NodeId,
    /// Which host.
    pub host: String,
    /// Machines that are moved at once.
    pub at_once: u8,
}

/// How often it is looked how far the moves have come.
const LOOK: Duration = Duration::from_secs(2);
/// A hypervisor that is away for a while must not end it.
const PATIENT: Retry = Retry { attempts: 12, ..Retry::STANDARD };

/// Empties a host. What was moved stays where it is, so it is never undone.
pub static DRAIN: Workflow<DrainInput> = Workflow {
    name: "compute.host.drain",
    title: "Move the machines off a host",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Stop,
    steps: &[
        step!("list", "List its machines", list, nothing, PATIENT),
        step!("move", "Move them", carry_on, nothing, PATIENT),
        step!("finish", "See that it is empty", finish, nothing),
    ],
};

async fn node_of(step: &StepCx, input: &DrainInput) -> Result<Node> {
    node::store::by_id(step.cx().db(), input.node_id).await
}

/// What the hypervisor says decides: who is on the host, and who was moved behind our back.
async fn list(step: StepCx, input: DrainInput) -> Result<Next> {
    let node = node_of(&step, &input).await?;
    let driver = drivers::of(step.cx(), &node.name)?;
    let guests = match driver.list().await {
        Ok(guests) => guests,
        Err(error) => return Err(drivers::told(&step, error).await),
    };
    let rows = instances::on_node(step.cx().db(), &step.scope(), node.id, instance::PRESENT).await?;
    instance::follow(step.cx(), &*driver, &rows, &guests).await?;
    let listed: HashSet<&str> = guests.iter().map(|guest| guest.reference.as_str()).collect();
    let found = there(&step, &node, &input).await?;
    let machines: Vec<InstanceId> = found.iter().filter(|row| listed.contains(row.id.to_string().as_str())).map(|row| row.id).collect();
    step.write(async |tx| store::add(&tx, step.operation(), &machines).await).await?;
    let known: HashSet<String> = rows.iter().map(|row| row.id.to_string()).collect();
    for guest in guests.iter().filter(|guest| guest.host.as_ref() == Some(&input.host) && !known.contains(guest.reference.as_str())) {
        step.log_for_operator(format!("{} has no machine here. Nothing touches it.", guest.reference)).await?;
    }
    for stranger in node.strangers.iter().filter(|one| one.host.as_ref() == Some(&input.host)) {
        step.log_for_operator(format!("{} ({}) is a guest of others. It stays.", stranger.name, stranger.address)).await?;
    }
    step.log(format!("{} on {}.", counted(machines.len()), input.host)).await?;
    Ok(Next::Done)
}

/// The machines on the host that have a guest, as our rows have them.
async fn there(step: &StepCx, node: &Node, input: &DrainInput) -> Result<Vec<instances::Row>> {
    let rows = instances::on_node(step.cx().db(), &step.scope(), node.id, instance::PRESENT).await?;
    let has_guest = |row: &instances::Row| row.state != instance::State::Failed;
    Ok(rows.into_iter().filter(|row| has_guest(row) && host::stands_on(node, row, &input.host)).collect())
}

fn counted(count: usize) -> String {
    format!("{count} machine{}", if count == 1 { "" } else { "s" })
}

async fn carry_on(step: StepCx, input: DrainInput) -> Result<Next> {
    let (drain, at) = (step.operation(), step.scope());
    let rows = store::of(step.cx().db(), &at, drain).await?;
    // Whoever tries it again finds what an attempt before this one has told of.
    if rows.iter().any(|row| row.reported) {
        step.write(async |tx| again(&tx, drain, &rows).await).await?;
        return Ok(Next::Again(Duration::ZERO));
    }
    for row in rows.iter().filter(|row| row.state == State::Moving) {
        settle(&step, row).await?;
    }
    let said = host::store::of(step.cx().db(), input.node_id, &input.host).await?;
    let Some(reason) = said.and_then(|row| row.reason) else { return end_early(&step, &input).await };
    let node = node_of(&step, &input).await?;
    let rows = store::of(step.cx().db(), &at, drain).await?;
    let mut moving = rows.iter().filter(|row| row.state == State::Moving).count();
    for row in rows.iter().filter(|row| row.state == State::Waiting) {
        if moving >= usize::from(input.at_once) {
            break;
        }
        moving += usize::from(begin(&step, &node, &input, row, &reason).await?);
    }
    let rows = store::of(step.cx().db(), &at, drain).await?;
    if rows.iter().any(|row| matches!(row.state, State::Moving | State::Waiting)) {
        return Ok(Next::Again(LOOK));
    }
    conclude(&step, &node, &input, &rows).await
}

/// What failed waits for its turn again.
async fn again(tx: &kernel::Tx, drain: workflow::OperationId, rows: &[Row]) -> Result<()> {
    for row in rows.iter().filter(|row| row.reported) {
        let change = match row.state {
            State::Failed => Change { state: State::Waiting, reason: None, host: None, move_id: None },
            // It was moved by hand since.
            state => Change { state, reason: None, host: row.host.as_deref(), move_id: row.move_id },
        };
        store::set(tx, drain, row.instance_id, &change).await?;
    }
    Ok(())
}

/// Writes how a move ended, if it has.
async fn settle(step: &StepCx, row: &Row) -> Result<()> {
    let moved = by_subject(step.cx().db(), MOVE.name, &row.instance_id.to_string()).await?.filter(|operation| Some(operation.id) == row.move_id);
    let (state, reason) = match moved {
        Some(operation) if !operation.state.is_final() => return Ok(()),
        Some(operation) if operation.state == Work::Succeeded => (State::Moved, None),
        Some(operation) => (State::Failed, row.reason.clone().or(operation.error)),
        // Somebody moves it by hand meanwhile; where it is decides when its turn comes again.
        None => (State::Waiting, None),
    };
    let change = Change { state, reason: reason.as_deref(), host: row.host.as_deref(), move_id: row.move_id };
    step.write(async |tx| store::set(&tx, step.operation(), row.instance_id, &change).await).await
}

/// Maintenance was ended: what is on its way arrives, and the rest stays.
async fn end_early(step: &StepCx, input: &DrainInput) -> Result<Next> {
    let rows = store::of(step.cx().db(), &step.scope(), step.operation()).await?;
    let kept: Vec<&Row> = rows.iter().filter(|row| row.state == State::Waiting).collect();
    for row in &kept {
        let change = Change { state: State::Kept, reason: None, host: None, move_id: None };
        step.write(async |tx| store::set(&tx, step.operation(), row.instance_id, &change).await).await?;
    }
    if !kept.is_empty() {
        step.log(format!("The maintenance of {} was ended. {} stay there.", input.host, counted(kept.len()))).await?;
    }
    Ok(if rows.iter().any(|row| row.state == State::Moving) { Next::Again(LOOK) } else { Next::Done })
}

/// Begins to move a machine whose turn has come; true when it is on its way.
async fn begin(step: &StepCx, node: &Node, input: &DrainInput, row: &Row, reason: &str) -> Result<bool> {
    let drain = step.operation();
    let waited = Duration::from_micros(u64::try_from(step.cx().now().0 - row.at).unwrap_or(0));
    let begun = step
        .write(async |tx| {
            let found = instances::among(tx.db(), &step.scope(), [row.instance_id]).await?.remove(&row.instance_id);
            let Some(found) = found else { return Ok(Turn::Left) };
            let machine = instances::locked(&tx, &Scope::<ByWorkflow>::acting(DRAIN.name, found.place()), found.id).await?;
            let turn = Turn::of(machine.state, host::stands_on(node, &machine, &input.host), waited);
            if turn == Turn::Move {
                let why = format!("its host is under maintenance ({reason})");
                let errand = r#move::Errand { host: None, reason: &why, started_by: None };
                let operation = r#move::begin(&tx, &machine, &errand).await?;
                let target = instances::among(tx.db(), &step.scope(), [machine.id]).await?.remove(&machine.id).and_then(|row| row.target_host);
                let change = Change { state: State::Moving, reason: None, host: target.as_deref(), move_id: Some(operation) };
                store::set(&tx, drain, machine.id, &change).await?;
            }
            Ok(turn)
        })
        .await;
    let turn = match begun {
        Ok(Turn::Move) => return Ok(true),
        Ok(turn) => turn,
        Err(error) if matches!(error.kind(), Kind::Conflict | Kind::Exhausted | Kind::Invalid | Kind::NotFound) => Turn::Stays(error.to_string()),
        Err(error) => return Err(error),
    };
    step.write(async |tx| match &turn {
        Turn::Later(what) => store::set_reason(&tx, drain, row.instance_id, what).await,
        Turn::Stays(why) => store::set(&tx, drain, row.instance_id, &Change { state: State::Failed, reason: Some(why), host: None, move_id: None }).await,
        Turn::Left | Turn::Move => store::set(&tx, drain, row.instance_id, &Change { state: State::Moved, reason: None, host: None, move_id: None }).await,
    })
    .await?;
    Ok(false)
}

/// Nothing waits any more. What came to the host meanwhile is moved too; then it is told what is left.
async fn conclude(step: &StepCx, node: &Node, input: &DrainInput, rows: &[Row]) -> Result<Next> {
    let known: HashSet<InstanceId> = rows.iter().map(|row| row.instance_id).collect();
    let late: Vec<InstanceId> = there(step, node, input).await?.into_iter().map(|row| row.id).filter(|id| !known.contains(id)).collect();
    if !late.is_empty() {
        step.write(async |tx| store::add(&tx, step.operation(), &late).await).await?;
        step.log(format!("{} more came to {} meanwhile.", counted(late.len()), input.host)).await?;
        return Ok(Next::Again(Duration::ZERO));
    }
    let failed = rows.iter().filter(|row| row.state == State::Failed).count();
    step.log(format!("{} of {} moved.", rows.len() - failed, counted(rows.len()))).await?;
    if failed == 0 {
        return Ok(Next::Done);
    }
    step.write(async |tx| store::report(&tx, step.operation()).await).await?;
    Err(Error::conflict(format!("{failed} of {} could not be moved off {}. Its report says why.", counted(rows.len()), input.host)))
}

async fn finish(step: StepCx, input: DrainInput) -> Result<Next> {
    let left = there(&step, &node_of(&step, &input).await?, &input).await?.len();
    step.log(match left {
        0 => format!("No machine is on {} any more.", input.host),
        left => format!("{} stay on {}.", counted(left), input.host),
    })
    .await?;
    Ok(Next::Done)
}
