//! Raises an alarm when the sweeper has stopped: whoever promises terms must hear that they are not kept.

use std::time::Duration;

use kernel::event::EventKind;
use kernel::map::purpose;
use kernel::{Cx, Job, Place, Result, Timestamp};
use serde::{Deserialize, Serialize};

use super::{EVERY, store};

/// Looks after the sweeper.
pub const WATCH: Job =
    Job { name: "privacy.retention.watch", purpose: &purpose::LEGAL, every: Duration::from_secs(300), run: |cx| Box::pin(async move { watch(&cx).await }) };

/// The sweeper has stopped. Tell the staff.
pub const RETENTION_STALLED: EventKind<Stalled> = EventKind::new("privacy.retention.stalled");

/// What [`RETENTION_STALLED`] carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stalled {
    /// When it last finished, or when it should have begun.
    pub since: Timestamp,
}

/// The stop that an alarm was raised about.
const RAISED: &str = "privacy.retention.stalled";
/// When the watch began, for a sweeper that never ran.
const BEGAN: &str = "privacy.retention.watched_since";

/// Raises the alarm once for each stop; tells whether it did.
///
/// # Errors
/// Database errors.
pub async fn watch(cx: &Cx) -> Result<usize> {
    let since = match store::last_run(cx.db()).await? {
        Some(last) => last,
        None => began(cx).await?,
    };
    if cx.now().since(since) <= EVERY * 3 || kernel::setting::read::<Timestamp>(cx.db(), RAISED).await? == Some(since) {
        return Ok(0);
    }
    tracing::error!(why = "the sweeper has not run for three times its interval", "terms are not kept");
    cx.write(async |tx| {
        kernel::setting::write(&tx, RAISED, &since).await?;
        tx.announce(RETENTION_STALLED, Place::Platform, "sweeper", &Stalled { since }).await
    })
    .await?;
    Ok(1)
}

async fn began(cx: &Cx) -> Result<Timestamp> {
    if let Some(known) = kernel::setting::read(cx.db(), BEGAN).await? {
        return Ok(known);
    }
    let now = cx.now();
    cx.write(async |tx| kernel::setting::write(&tx, BEGAN, &now).await).await?;
    Ok(now)
}
