//! Rotation of keys, with its line in the log.

use kernel::{Cx, Result};

/// Wraps every key anew; tells the new epoch and how many keys there are. `progress` hears the count so far.
///
/// # Errors
/// As [`kernel::seal::rotate`].
pub async fn rotate_keys(cx: &Cx, progress: &(dyn Fn(u64) + Send + Sync)) -> Result<(i64, u64)> {
    let (epoch, keys) = kernel::seal::rotate(cx, progress).await?;
    let body = serde_json::json!({ "epoch": epoch, "keys": keys });
    cx.write(async |tx| audit::log::append(&tx, "keys.rotated", &body, None).await.map(drop)).await?;
    Ok((epoch, keys))
}
