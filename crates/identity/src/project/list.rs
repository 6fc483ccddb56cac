//! The projects of an organisation.

use kernel::map::purpose;
use kernel::{Cx, Gate, Page, PageQuery, Result, Scope};

use super::model::Project;
use super::store;
use crate::permissions::ProjectList;

/// The projects of the organisation of `at`, newest first.
///
/// # Errors
/// Database errors; `Invalid` for a wrong cursor.
pub async fn list(cx: &Cx, at: &Scope<ProjectList>, query: &PageQuery) -> Result<Page<Project>> {
    let page = Page::from_rows(store::page(cx.db(), at, query).await?, query, |row| row.id);
    let gate = Gate::new(cx, at, &purpose::ACCOUNT, page.items.iter().map(|row| row.name.bytes()).collect::<Vec<_>>()).await?;
    page.try_map(|row| Ok(Project { id: row.id, name: row.name.open(&gate)?, created_at: row.created_at }))
}
