//! The one place where a machine's state changes: checked, remembered, announced.

use kernel::event::EventKind;
use kernel::{Error, Result, Tx};

use super::model::State;
use super::store::{self, Row};
use crate::events::{INSTANCE_DELETED, INSTANCE_DELETING, INSTANCE_FAILED, INSTANCE_RUNNING, INSTANCE_STOPPED, INSTANCE_STOPPED_UNEXPECTEDLY, InstanceFact};
use crate::reading;

/// Brings the machine from the state in `row` to `to`. `text` goes into its history, and is shown as
/// the reason where the new state needs one.
///
/// # Errors
/// `Conflict` when the state forbids it or has changed meanwhile.
pub(crate) async fn change(tx: &Tx, row: &Row, to: State, text: &str) -> Result<()> {
    if row.state == to {
        return Ok(());
    }
    if !row.state.may_become(to) {
        return Err(Error::conflict(format!("This machine is {}. Wait until that has ended, or look at its events.", row.state.in_words())));
    }
    // Work leads through a passing state; what goes from one state of rest to the other was nobody's wish here.
    let unexpected = matches!((row.state, to), (State::Running | State::Suspended | State::Rescue, State::Stopped) | (State::Stopped, State::Running));
    let reason = (unexpected || to == State::Failed).then_some(text);
    if !store::set_state(tx, row.id, row.state, to, reason).await? {
        return Err(Error::conflict("This machine's state has just changed. Look at it again."));
    }
    store::remember(tx, row.id, to, text).await?;
    if row.state == State::Failed && matches!(to, State::Running | State::Stopped | State::Suspended | State::Rescue) {
        reading::absence(tx, row.id, row.place()).await?;
    }
    if let Some(kind) = fact_of(to, unexpected) {
        let fact = InstanceFact { instance_id: row.id, state: to, at: tx.cx().now() };
        tx.announce(kind, row.place(), row.id, &fact).await?;
    }
    Ok(())
}

fn fact_of(to: State, unexpected: bool) -> Option<EventKind<InstanceFact>> {
    match to {
        State::Running => Some(INSTANCE_RUNNING),
        State::Stopped if unexpected => Some(INSTANCE_STOPPED_UNEXPECTEDLY),
        State::Stopped => Some(INSTANCE_STOPPED),
        State::Failed => Some(INSTANCE_FAILED),
        State::Deleting => Some(INSTANCE_DELETING),
        State::Deleted => Some(INSTANCE_DELETED),
        _ => None,
    }
}
