//! Looking at holds.

use kernel::{Cx, Page, PageQuery, Result, Scope};

use super::model::Hold;
use super::store;
use crate::permissions::HoldList;

/// All of them, newest first.
///
/// # Errors
/// `Invalid` for a foreign cursor; database errors.
pub async fn list(cx: &Cx, _at: &Scope<HoldList>, query: &PageQuery) -> Result<Page<Hold>> {
    let rows = store::page(cx.db(), query.after()?, query.limit() + 1).await?;
    Ok(Page::from_rows(rows, query, |hold| hold.id))
}
