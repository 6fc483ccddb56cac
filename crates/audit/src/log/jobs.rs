//! Periodic work of the log.

use std::time::Duration;

use kernel::map::purpose;
use kernel::{Cx, Job, Result};

use super::sign::newest;
use super::store;

/// Signs a new checkpoint when the tree has grown.
pub const SIGN: Job = Job { name: "audit.log.sign", purpose: &purpose::LEGAL, every: Duration::from_secs(2), run: |cx| Box::pin(sign(cx)) };

async fn sign(cx: Cx) -> Result<usize> {
    let size = store::size(cx.db()).await?;
    let signed = store::newest_checkpoint(cx.db()).await?.map(|(signed, _)| signed);
    if signed == Some(size) {
        return Ok(0);
    }
    newest(&cx).await?;
    Ok(1)
}
