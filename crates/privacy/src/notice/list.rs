//! One's own notices.

use kernel::{Cx, Result, Scope};

use super::model::Notice;
use super::store;
use crate::permissions::NoticeList;
use crate::policy::store as versions;

/// The notices of the person of `at`, newest first.
///
/// # Errors
/// Database errors.
pub async fn list(cx: &Cx, at: &Scope<NoticeList>) -> Result<Vec<Notice>> {
    let all = versions::all(cx.db()).await?;
    let rows = store::list(cx.db(), at).await?;
    let notice = |row: store::Row| {
        let version = all.iter().find(|version| version.number == row.version)?;
        let (effective_at, materiality) = (version.effective_at, version.materiality);
        Some(Notice { id: row.id, version: row.version, effective_at, materiality, channel: row.channel, at: row.at, seen_at: row.seen_at })
    };
    Ok(rows.into_iter().filter_map(notice).collect())
}
