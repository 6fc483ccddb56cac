//! Somebody says that they saw a notice. It is no consent to anything.

use kernel::{Cx, Result, Scope};

use super::model::NoticeId;
use super::store;
use crate::permissions::NoticeSee;

/// Notes that the person of `at` saw the notice `id`.
///
/// # Errors
/// `NotFound` when it is not one of theirs.
pub async fn see(cx: &Cx, at: &Scope<NoticeSee>, id: NoticeId) -> Result<()> {
    cx.write(async |tx| {
        store::set_seen(&tx, at, id).await?;
        audit::record(&tx, at, id, "Saw the notice of a change of the privacy policy").await
    })
    .await
}
