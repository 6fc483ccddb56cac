//! What a machine used, span by span.

use kernel::permission::AtProject;
use kernel::{Cx, Error, Page, PageQuery, Result, Scope};

use super::model::Reading;
use super::store;
use crate::instance::{InstanceId, store as instances};

/// The readings of a machine, newest first. The cursor is a reading's number.
///
/// # Errors
/// `NotFound`; `Invalid` for a foreign cursor; database errors.
pub async fn list<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId, query: &PageQuery) -> Result<Page<Reading>> {
    instances::by_id(cx.db(), at, id).await?;
    let before = query.after.as_deref().map(str::parse::<i64>).transpose();
    let before = before.map_err(|_| Error::invalid("after", "use the value of `next` from the page before"))?;
    let limit = usize::try_from(query.limit()).unwrap_or(usize::MAX);
    let mut items = store::page(cx.db(), id, before, query.limit()).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(|one| one.seq.to_string()) } else { None };
    Ok(Page { items, next })
}
