//! The last drain of a host, with its report: five statements, whatever the number of machines.

use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope, Timestamp};
use workflow::operation::{State as Work, states};

use super::model::{Drain, DrainMachine, DrainMachineState as State};
use super::store::{self, Row};
use crate::host;
use crate::node::{self, NodeId};

/// How far it has come, and what could not be moved.
///
/// # Errors
/// `NotFound` for an unknown node, or a host that was never drained; database errors.
pub async fn view<P: Permission>(cx: &Cx, at: &Scope<P>, node: NodeId, host: &str) -> Result<Drain> {
    let node = node::store::by_id(cx.db(), node).await?;
    let drain = host::store::of(cx.db(), node.id, host).await?.and_then(|row| row.drain_id).ok_or_else(|| Error::not_found("drain"))?;
    let state = states(cx.db(), [drain]).await?.remove(&drain).unwrap_or(Work::Running);
    let mut rows = store::of(cx.db(), at, drain).await?;
    let count = |wanted: State| rows.iter().filter(|row| row.state == wanted).count();
    let (waiting, moving, moved) = (count(State::Waiting), count(State::Moving), count(State::Moved));
    let (failed, kept, total) = (count(State::Failed), count(State::Kept), rows.len());
    rows.sort_by_key(|row| order(row.state));
    let machines = rows.into_iter().map(shown).collect();
    Ok(Drain { operation_id: drain, state, node: node.name, host: host.to_owned(), total, waiting, moving, moved, failed, kept, machines })
}

fn order(state: State) -> u8 {
    match state {
        State::Failed => 0,
        State::Moving => 1,
        State::Waiting => 2,
        State::Kept => 3,
        State::Moved => 4,
    }
}

fn shown(row: Row) -> DrainMachine {
    DrainMachine { instance_id: row.instance_id, state: row.state, reason: row.reason, host: row.host, move_id: row.move_id, at: Timestamp(row.at) }
}
