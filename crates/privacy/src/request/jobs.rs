//! Periodic work: shakes people awake before a deadline and counts those that were missed.

use std::time::Duration;

use kernel::map::purpose;
use kernel::{Cx, Job, Place, Result};

use super::events::{REQUEST_DUE_SOON, REQUEST_OVERDUE};
use super::store;

/// Looks at deadlines.
pub const WATCH: Job =
    Job { name: "privacy.request.watch", purpose: &purpose::RIGHTS, every: Duration::from_secs(60), run: |cx| Box::pin(async move { watch(&cx).await }) };

/// Requests handled in one go.
const BATCH: u64 = 200;

/// Raises what is due, each once; tells how many alarms there were.
///
/// # Errors
/// Database errors.
pub async fn watch(cx: &Cx) -> Result<usize> {
    let mut raised = 0;
    for row in store::to_alarm(cx.db(), cx.now(), BATCH).await? {
        raised += usize::from(
            cx.write(async |tx| {
                let Some(fact) = store::set_alarmed(&tx, row.id()).await? else { return Ok(false) };
                tx.announce(REQUEST_DUE_SOON, Place::Platform, fact.request_id, &fact).await?;
                Ok(true)
            })
            .await?,
        );
    }
    for row in store::to_count_overdue(cx.db(), cx.now(), BATCH).await? {
        raised += usize::from(
            cx.write(async |tx| {
                let Some(fact) = store::set_overdue(&tx, row.id()).await? else { return Ok(false) };
                store::tally(&tx, fact.kind, "overdue").await?;
                let body = serde_json::json!({ "request": fact.request_id, "kind": fact.kind, "due_at": fact.due_at });
                audit::log::append(&tx, "request.overdue", &body, None).await?;
                tx.announce(REQUEST_OVERDUE, Place::Platform, fact.request_id, &fact).await?;
                Ok(true)
            })
            .await?,
        );
    }
    if raised > 0 {
        tracing::warn!(why = "requests of people come near their deadline or have passed it", "look at the queue of requests");
    }
    Ok(raised)
}
