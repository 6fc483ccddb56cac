//! Lists: machines of a project, and the history of one. Four statements and two, whatever the page.

use kernel::permission::AtProject;
use kernel::{Cx, Page, PageQuery, Result, Scope};

use super::model::{Instance, InstanceEvent, InstanceId, InstanceQuery};
use super::{store, tag, view};

/// The machines of a project, or those with a tag, newest first, deleted ones left out.
///
/// # Errors
/// `Invalid` for a foreign cursor or on `tag`; database errors.
pub async fn list<P: AtProject>(cx: &Cx, at: &Scope<P>, which: &InstanceQuery, query: &PageQuery) -> Result<Page<Instance>> {
    let tag = which.tag.as_deref().map(|text| tag::wanted(cx.keys(), text)).transpose()?;
    let rows = store::page(cx.db(), at, tag, query.after()?, query.limit()).await?;
    Ok(Page::from_rows(view::open(cx, at, rows).await?, query, |one| one.id))
}

/// What happened to a machine, newest first.
///
/// # Errors
/// `NotFound`; `Invalid` for a foreign cursor; database errors.
pub async fn events<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId, query: &PageQuery) -> Result<Page<InstanceEvent>> {
    store::by_id(cx.db(), at, id).await?;
    let rows = store::history(cx.db(), id, query.after()?, query.limit()).await?;
    Ok(Page::from_rows(rows, query, |one| one.id))
}
