//! Ends the billing of a machine that is gone from its node, and begins it anew when it is back.

use billing::meter;
use compute::events::InstanceFact;
use compute::instance::State;
use kernel::{ByEvent, Kind, Result, Scope, Tx};
use workflow::Start;

use super::give_back::{GIVE_BACK, GiveBackInput};
use crate::{order, size_change};

/// Follows what was announced of the machine. What it is now counts as well, because what happens shortly after each other may be heard of in
/// another order.
///
/// # Errors
/// Database errors.
pub(crate) async fn follow(tx: &Tx, at: &Scope<ByEvent>, fact: &InstanceFact) -> Result<()> {
    let resource = fact.instance_id.to_string();
    let now = match compute::instance::state(tx.db(), at, fact.instance_id).await {
        Ok(now) => now,
        // Erased together with its owners.
        Err(error) if error.kind() == Kind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let gone = |state: State| matches!(state, State::Failed | State::Deleting | State::Deleted);
    if fact.state != State::Failed {
        return if gone(now) { Ok(()) } else { meter::resume(tx, at, &resource, fact.at).await };
    }
    if !gone(now) {
        return Ok(());
    }
    let Some(lost) = meter::lose(tx, at, &resource, fact.at).await? else { return Ok(()) };
    let mut payments = size_change::payments(tx.db(), at, fact.instance_id).await?;
    payments.extend(order::payment_of_machine(tx.db(), at, fact.instance_id).await?);
    let input = GiveBackInput { instance_id: fact.instance_id, organisation_id: at.organisation_id()?, lost, payments };
    let start = Start { place: at.place(), subject: &resource, started_by: None, key: None };
    GIVE_BACK.start(tx, start, &input).await.map(drop)
}
