//! Lists of organisations: one's own, and all of them for the operator's staff.

use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{Cx, Error, Page, PageQuery, Result, Scope};

use super::model::Organisation;
use super::store::{self, Stored};
use super::view::open;
use crate::permissions::{OperatorOrganisationList, OrganisationList};

/// The organisations that the person behind `at` belongs to.
///
/// # Errors
/// Database errors; `Invalid` for a wrong cursor.
pub async fn list(cx: &Cx, at: &Scope<OrganisationList>, query: &PageQuery) -> Result<Page<Organisation>> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    let rows = store::page_of(cx.db(), person, query).await?;
    opened_page(cx, at, rows, query).await
}

/// All organisations, for staff; each of them sees in its access log that staff looked.
///
/// # Errors
/// As [`list`].
pub async fn list_all(cx: &Cx, at: &Scope<OperatorOrganisationList>, query: &PageQuery) -> Result<Page<Organisation>> {
    let rows = store::page_all(cx.db(), query).await?;
    opened_page(cx, at, rows, query).await
}

/// Cut to the page first: nobody's access log names a look at a row that was not shown.
async fn opened_page<P: Permission>(cx: &Cx, at: &Scope<P>, rows: Vec<Stored>, query: &PageQuery) -> Result<Page<Organisation>> {
    let page = Page::from_rows(rows, query, |row| row.id);
    let items = open(cx, at, &purpose::ACCOUNT, &page.items).await?;
    Ok(Page { items, next: page.next })
}
