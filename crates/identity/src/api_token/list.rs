//! One's API tokens.

use kernel::map::purpose;
use kernel::{Cx, Error, Gate, Page, PageQuery, Result, Scope};

use super::model::ApiToken;
use super::store;
use crate::permissions::ApiTokenList;

/// The tokens of the person behind `at`, newest first.
///
/// # Errors
/// Database errors; `Invalid` for a wrong cursor.
pub async fn list(cx: &Cx, at: &Scope<ApiTokenList>, query: &PageQuery) -> Result<Page<ApiToken>> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    let page = Page::from_rows(store::page(cx.db(), person, query).await?, query, |row| row.id);
    let gate = Gate::new(cx, at, &purpose::ACCOUNT, page.items.iter().map(|row| row.name.bytes()).collect::<Vec<_>>()).await?;
    page.try_map(|row| {
        Ok(ApiToken {
            id: row.id,
            name: row.name.open(&gate)?,
            prefix: row.prefix,
            organisation_id: row.organisation_id,
            read_only: row.read_only,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
        })
    })
}
