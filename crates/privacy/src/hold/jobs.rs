//! Periodic work: what a hold had paused is done once it has ended.

use std::time::Duration;

use kernel::map::purpose;
use kernel::{Cx, Job, KeyOwner, Result};

use super::store;
use crate::erasure;

/// Resumes.
pub const RESUME: Job =
    Job { name: "privacy.hold.resume", purpose: &purpose::RIGHTS, every: Duration::from_secs(60), run: |cx| Box::pin(async move { resume(&cx).await }) };

/// Erases what ended holds had kept of people who are erased; retention needs no help, its next run
/// finds the rows. Tells how many holds were settled.
///
/// # Errors
/// Database errors; what was settled before them stays settled.
pub async fn resume(cx: &Cx) -> Result<usize> {
    let mut settled = 0;
    for hold in store::ended_unsettled(cx.db(), cx.now()).await? {
        let owner = hold.person_id.map(KeyOwner::Person).or(hold.organisation_id.map(KeyOwner::Organisation));
        if let Some(owner) = owner {
            erasure::resume(cx, owner.uuid()).await?;
        }
        cx.write(async |tx| store::set_resumed(&tx, hold.id).await).await?;
        settled += 1;
    }
    Ok(settled)
}
