//! Looking at requests: one's own, and for staff those that wait.

use std::collections::HashMap;

use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{Cx, Error, Gate, Page, PageQuery, PersonId, Result, Scope, Timestamp};

use super::create::person;
use super::model::{CorrectionView, Request, RequestId};
use super::store::{self, CorrectionRow, Row};
use crate::law;
use crate::permissions::{OperatorRequestList, RequestView};
use crate::wiring::Wiring;

/// The requests of the person of `at`, newest first.
///
/// # Errors
/// `Invalid` for a foreign cursor; database errors.
pub async fn list(cx: &Cx, at: &Scope<RequestView>, query: &PageQuery) -> Result<Page<Request>> {
    let rows = store::page_of(cx.db(), person(at)?, query.after()?, query.limit() + 1).await?;
    let page = Page::from_rows(rows, query, |row| row.id());
    Ok(Page { items: open(cx, at, page.items).await?, next: page.next })
}

/// One of them.
///
/// # Errors
/// `NotFound` when it is not theirs.
pub async fn view(cx: &Cx, at: &Scope<RequestView>, id: RequestId) -> Result<Request> {
    of_person(cx, at, person(at)?, id).await
}

/// Requests that wait, the most urgent first: for staff. Looking is on record where the person sees it.
///
/// # Errors
/// Database errors.
pub async fn list_open(cx: &Cx, at: &Scope<OperatorRequestList>, query: &PageQuery) -> Result<Page<Request>> {
    let rows = store::waiting(cx.db(), query.limit()).await?;
    Ok(Page { items: open(cx, at, rows).await?, next: None })
}

/// One request, for staff.
///
/// # Errors
/// `NotFound`.
pub async fn view_for_staff(cx: &Cx, at: &Scope<OperatorRequestList>, id: RequestId) -> Result<Request> {
    for_staff(cx, at, id).await
}

pub(super) async fn for_staff<P: Permission>(cx: &Cx, at: &Scope<P>, id: RequestId) -> Result<Request> {
    let row = store::by_id(cx.db(), id).await?.ok_or_else(|| Error::not_found("request"))?;
    open(cx, at, vec![row]).await?.pop().ok_or_else(|| Error::not_found("request"))
}

pub(super) async fn of_person<P: Permission>(cx: &Cx, at: &Scope<P>, person: PersonId, id: RequestId) -> Result<Request> {
    let row = store::by_id(cx.db(), id).await?.filter(|row| row.person() == person).ok_or_else(|| Error::not_found("request"))?;
    open(cx, at, vec![row]).await?.pop().ok_or_else(|| Error::not_found("request"))
}

/// Opens `rows` with their corrections: a handful of statements whatever their number.
async fn open<P: Permission>(cx: &Cx, at: &Scope<P>, rows: Vec<Row>) -> Result<Vec<Request>> {
    let mut corrections: HashMap<RequestId, Vec<CorrectionRow>> = HashMap::new();
    for one in store::corrections(cx.db(), &rows.iter().map(Row::id).collect::<Vec<_>>()).await? {
        corrections.entry(one.request()).or_default().push(one);
    }
    let sealed = rows.iter().flat_map(Row::sealed).chain(corrections.values().flatten().flat_map(CorrectionRow::sealed)).collect::<Vec<_>>();
    let gate = Gate::new(cx, at, &purpose::RIGHTS, sealed).await?;
    let operator = cx.extension::<Wiring>()?.accounts.operator(cx).await?.map(|one| one.country);
    rows.into_iter()
        .map(|row| {
            let corrected: Result<Vec<CorrectionView>> = corrections.remove(&row.id()).unwrap_or_default().iter().map(|one| one.shown(&gate)).collect();
            let place = row.place.clone();
            let watching = place.as_deref().or(operator.as_deref()).map(law::authority).transpose()?.flatten();
            let mut shown = row.shown(&gate, corrected?, cx.now())?;
            shown.authority = watching.cloned();
            Ok(shown)
        })
        .collect()
}

/// True when nobody answered in time.
pub(super) fn is_overdue(closed_at: Option<Timestamp>, due: Timestamp, now: Timestamp) -> bool {
    closed_at.unwrap_or(now) >= due
}
