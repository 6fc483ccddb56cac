//! Begins the restore tests that plans ask for: of the newest backup that a plan made. A test that finds no backup or no room waits.

use kernel::{ByWorkflow, Cx, Kind, Place, Result, Scope};

use super::store::{self, Row};
use crate::backup;

/// How many are looked at in one round.
const ROUND: u64 = 200;

/// One round; tells how many tests began.
///
/// # Errors
/// Database errors.
pub async fn restore_tests(cx: Cx) -> Result<usize> {
    let at = Scope::<ByWorkflow>::acting("compute.backup_plan.restore_tests", Place::Platform);
    let mut begun = 0;
    for plan in store::tests_due(cx.db(), &at, cx.now(), ROUND).await? {
        match begin(&cx, &plan).await {
            Ok(true) => begun += 1,
            Ok(false) => {}
            // No room, or the backup is in use: it is tried again in the next round.
            Err(error) if matches!(error.kind(), Kind::Exhausted | Kind::Conflict) => {}
            Err(error) => tracing::warn!(instance = %plan.instance_id, %error, "a restore test that was due did not begin"),
        }
    }
    Ok(begun)
}

async fn begin(cx: &Cx, plan: &Row) -> Result<bool> {
    let (Some(due), Some(every)) = (plan.next_test_at, plan.restore_tests.every()) else { return Ok(false) };
    let at = Scope::<ByWorkflow>::acting("compute.backup_plan.restore_tests", plan.place());
    cx.write(async |tx| {
        let Some(newest) = backup::store::newest_of_plan(&tx, &at, plan.instance_id).await? else { return Ok(false) };
        if !store::move_test_on(&tx, plan.instance_id, due, tx.cx().now().plus(every)).await? {
            return Ok(false);
        }
        backup::restore_test::begin(&tx, &at, newest.id).await.map(|_| true)
    })
    .await
}
