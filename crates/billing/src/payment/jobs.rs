//! Periodic work: asking the provider about payments that it has not decided, among them those
//! whose answer was lost.

use std::time::Duration;

use kernel::map::purpose;
use kernel::{Cx, Job, Result};

use super::{advance, store};

/// Asks about undecided payments.
pub(crate) const SETTLE: Job =
    Job { name: "billing.payment.settle", purpose: &purpose::BILLING, every: Duration::from_secs(2), run: |cx| Box::pin(async move { run(&cx).await }) };

/// A payment that changed a moment ago is being worked on by whoever changed it.
const QUIET: Duration = Duration::from_secs(3);
const BATCH: u64 = 100;

async fn run(cx: &Cx) -> Result<usize> {
    let mut decided = 0;
    for id in store::undecided(cx.db(), cx.now().minus(QUIET), BATCH).await? {
        match advance(cx, id).await {
            Ok(payment) if payment.state.is_final() => decided += 1,
            Ok(_) => {}
            Err(error) => tracing::warn!(payment = %id, error = %error.chain(), "the provider could not be asked; it will be asked again"),
        }
    }
    Ok(decided)
}
