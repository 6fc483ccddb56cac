//! Ending a hold before its time.

use kernel::{Cx, Error, Result, Scope};

use super::model::{Hold, HoldId};
use super::store;
use crate::permissions::HoldLift;

/// Ends it now; what it had paused is done within a minute.
///
/// # Errors
/// `NotFound`; `Conflict` when it has ended.
pub async fn lift(cx: &Cx, at: &Scope<HoldLift>, id: HoldId) -> Result<Hold> {
    cx.write(async |tx| {
        let hold = store::by_id(tx.db(), id).await?.ok_or_else(|| Error::not_found("hold"))?;
        if hold.ends_at <= tx.cx().now() {
            return Err(Error::conflict("This hold has ended."));
        }
        store::set_ended(&tx, id).await?;
        audit::log::append(&tx, "hold.lifted", &serde_json::json!({ "hold": id }), None).await?;
        audit::record(&tx, at, id, "Lifted a legal hold").await
    })
    .await?;
    store::by_id(cx.db(), id).await?.ok_or_else(|| Error::not_found("hold"))
}
