//! Periodic work: closing the periods that have ended.

use std::time::Duration;

use kernel::map::purpose;
use kernel::{Cx, Job, Result};

use super::close;
use crate::account;

/// Ends periods.
pub(crate) const CLOSE: Job =
    Job { name: "billing.period.close", purpose: &purpose::BILLING, every: Duration::from_secs(60), run: |cx| Box::pin(async move { run(&cx).await }) };

/// The shortest month: no period ends before.
const SHORTEST: Duration = Duration::from_secs(28 * 86_400);
const BATCH: u64 = 200;

async fn run(cx: &Cx) -> Result<usize> {
    let mut ended = 0;
    let mut after = None;
    loop {
        // Accounts whose clock runs ahead are closed when it is moved, and here once time catches up.
        let accounts = account::store::begun_before(cx.db(), cx.now().minus(SHORTEST), after, BATCH).await?;
        let Some(last) = accounts.last() else { return Ok(ended) };
        after = Some(last.organisation_id);
        for account in &accounts {
            match close::all_ended(cx, account.organisation_id).await {
                Ok(count) => ended += count,
                // One account's fault must not keep the others from their invoices.
                Err(error) => tracing::error!(organisation = %account.organisation_id, error = %error.chain(), "a period could not be closed"),
            }
        }
    }
}
