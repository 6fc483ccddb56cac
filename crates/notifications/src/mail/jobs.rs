//! Periodic work of mails.

use std::time::Duration;

use kernel::map::purpose;
use kernel::{Cx, Job, Result};

use super::deliver::deliver;
use super::store;

/// Sends the mails that are due.
pub const SEND: Job = Job { name: "notifications.mail.send", purpose: &purpose::NOTICE, every: Duration::from_secs(1), run: |cx| Box::pin(send(cx)) };

/// Mails that are sent in one go.
const BATCH: u64 = 50;

async fn send(cx: Cx) -> Result<usize> {
    let mut sent = 0;
    for mail in store::due(cx.db(), cx.now(), BATCH).await? {
        match deliver(&cx, &mail).await {
            Ok(went) => sent += usize::from(went),
            // One mail that cannot be written must not hold up the others; its lease ends by itself.
            Err(error) => tracing::error!(error = %error.chain(), "a mail could not be tried"),
        }
    }
    Ok(sent)
}
