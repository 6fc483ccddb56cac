//! Begins the backups that plans ask for. An instant makes one backup, whoever else is at work: the plan moves on in the
//! transaction that begins it. A server that was down for days makes one backup, not one for each day.

use kernel::{ByWorkflow, Cx, Kind, Place, Result, Scope, Tx};

use super::model::Frequency;
use super::store::{self, Row};
use crate::backup::{self, Asked};
use crate::instance::{State, store as instances};

/// How many begin in one round; the rest waits for the next.
const ROUND: u64 = 200;

/// One round; tells how many backups began.
///
/// # Errors
/// Database errors.
pub async fn schedule(cx: Cx) -> Result<usize> {
    let at = Scope::<ByWorkflow>::acting("compute.backup_plan.schedule", Place::Platform);
    let mut begun = 0;
    for plan in store::due(cx.db(), &at, cx.now(), ROUND).await? {
        match begin(&cx, &plan).await {
            Ok(true) => begun += 1,
            Ok(false) => {}
            Err(error) => tracing::warn!(instance = %plan.instance_id, %error, "a backup that was due did not begin"),
        }
    }
    Ok(begun)
}

async fn begin(cx: &Cx, plan: &Row) -> Result<bool> {
    let at = Scope::<ByWorkflow>::acting("compute.backup_plan.schedule", plan.place());
    let asked = Asked { name: name(plan.frequency), due_at: Some(plan.next_at) };
    let begun = cx
        .write(async |tx| {
            let machine = instances::locked(&tx, &at, plan.instance_id).await?;
            // What is being done to the machine comes first; this is looked at again in the next round.
            if machine.state.is_busy() || backup::store::is_creating(&tx, &at, plan.instance_id).await? || !move_on(&tx, plan).await? {
                return Ok(false);
            }
            if matches!(machine.state, State::Suspended | State::Rescue) {
                let problem = format!("The machine was {} when it was due.", machine.state.in_words());
                backup::missed(&tx, &at, &machine, &asked, problem).await?;
                return Ok(false);
            }
            if !matches!(machine.state, State::Running | State::Stopped) {
                return Ok(false);
            }
            backup::begin(&tx, &at, &machine, &asked).await.map(|_| true)
        })
        .await;
    match begun {
        Err(error) if error.kind() == Kind::Exhausted => {
            cx.write(async |tx| {
                let machine = instances::locked(&tx, &at, plan.instance_id).await?;
                if move_on(&tx, plan).await? {
                    backup::missed(&tx, &at, &machine, &asked, error.to_string()).await?;
                }
                Ok(false)
            })
            .await
        }
        other => other,
    }
}

async fn move_on(tx: &Tx, plan: &Row) -> Result<bool> {
    match plan.asked().next(plan.instance_id, tx.cx().now())? {
        Some(next) => store::move_on(tx, plan.instance_id, plan.next_at, next).await,
        None => Ok(false),
    }
}

fn name(frequency: Frequency) -> &'static str {
    if frequency == Frequency::Weekly { "Weekly backup" } else { "Daily backup" }
}
