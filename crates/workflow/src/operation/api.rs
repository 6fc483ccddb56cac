//! Operations over HTTP: lists, one, its progress as server-sent events, and trying again.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream};
use kernel::http::{Credentials, Json, Path, Query};
use kernel::{Cx, Error, Page, PageQuery, Place, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Audience, Operation, OperationId, State};
use super::{retry, store};
use crate::permissions::{AnyOperationRetry, AnyOperationView, OperationRetry, OperationView, OwnOperationRetry, OwnOperationView};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(operation_list))
        .routes(routes!(operation_list_own))
        .routes(routes!(operation_list_any))
        .routes(routes!(operation_view))
        .routes(routes!(operation_watch))
        .routes(routes!(operation_retry))
}

/// How long a watcher waits before it looks by itself.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The operations of a project, newest first.
#[utoipa::path(get, path = "/v1/operations", tag = "operations", params(PageQuery), responses((status = 200, body = Page<Operation>)))]
async fn operation_list(cx: Cx, at: Scope<OperationView>, Query(query): Query<PageQuery>) -> Result<Json<Page<Operation>>> {
    let rows = store::page(cx.db(), store::Which::Project(at.project_id()?), query.after()?, query.limit()).await?;
    Ok(Json(Page::from_rows(rows, &query, |row| row.id)))
}

/// The operations that one started oneself, newest first.
#[utoipa::path(get, path = "/v1/me/operations", tag = "operations", params(PageQuery), responses((status = 200, body = Page<Operation>)))]
async fn operation_list_own(cx: Cx, at: Scope<OwnOperationView>, Query(query): Query<PageQuery>) -> Result<Json<Page<Operation>>> {
    let person = at.actor().person().ok_or_else(|| Error::unauthenticated("Sign in first."))?;
    let rows = store::page(cx.db(), store::Which::StartedBy(person), query.after()?, query.limit()).await?;
    Ok(Json(Page::from_rows(rows, &query, |row| row.id)))
}

/// Every operation of the installation, newest first: for the operator.
#[utoipa::path(get, path = "/v1/operator/operations", tag = "operations", params(PageQuery), responses((status = 200, body = Page<Operation>)))]
async fn operation_list_any(cx: Cx, _at: Scope<AnyOperationView>, Query(query): Query<PageQuery>) -> Result<Json<Page<Operation>>> {
    let rows = store::page(cx.db(), store::Which::All, query.after()?, query.limit()).await?;
    Ok(Json(Page::from_rows(rows, &query, |row| row.id)))
}

/// One operation with its steps.
#[utoipa::path(get, path = "/v1/operations/{id}", tag = "operations", params(("id" = OperationId, Path)), responses((status = 200, body = Operation)))]
async fn operation_view(cx: Cx, credentials: Credentials, Path(id): Path<OperationId>) -> Result<Json<Operation>> {
    Ok(Json(visible(&cx, &credentials, id).await?.0))
}

/// The operation each time something about it changes, as server-sent events named `operation`, until it ends.
#[utoipa::path(get, path = "/v1/operations/{id}/watch", tag = "operations", params(("id" = OperationId, Path)), responses((status = 200, content_type = "text/event-stream", body = Operation)))]
async fn operation_watch(cx: Cx, credentials: Credentials, Path(id): Path<OperationId>) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let (first, audience) = visible(&cx, &credentials, id).await?;
    let events = stream::unfold((cx, Some(first), String::new(), false), move |(cx, mut present, last, ended)| async move {
        if ended {
            return None;
        }
        loop {
            let operation = match present.take() {
                Some(operation) => operation,
                None => {
                    cx.work_or(LOOK_AGAIN).await;
                    store::view(cx.db(), id, audience).await.ok().flatten()?
                }
            };
            let text = serde_json::to_string(&operation).ok()?;
            if text != last {
                let event = Event::default().event("operation").data(&text);
                return Some((Ok(event), (cx, None, text, operation.state.is_final())));
            }
        }
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// Tries a failed operation again: from the step that failed, or with the undo that could not be finished.
#[utoipa::path(post, path = "/v1/operations/{id}/retry", tag = "operations", params(("id" = OperationId, Path)), responses((status = 202, body = Operation)))]
async fn operation_retry(cx: Cx, credentials: Credentials, Path(id): Path<OperationId>) -> Result<(StatusCode, Json<Operation>)> {
    let (operation, audience) = visible(&cx, &credentials, id).await?;
    may_retry(&cx, &credentials, &operation).await?;
    cx.write(async |tx| retry::retry(&tx, id).await).await?;
    let operation = store::view(cx.db(), id, audience).await?.ok_or_else(|| Error::not_found("operation"))?;
    Ok((StatusCode::ACCEPTED, Json(operation)))
}

/// Staff may try everything again; others what is theirs, but no undo that asks for the operator.
async fn may_retry(cx: &Cx, credentials: &Credentials, operation: &Operation) -> Result<()> {
    let staff = Scope::<AnyOperationRetry>::ask(cx, credentials, None, None).await;
    match operation.place {
        _ if staff.is_ok() => Ok(()),
        _ if operation.state == State::NeedsOperator => Err(Error::conflict("This needs the operator, who sees it. Nothing is for you to do.")),
        Some(Place::Project { project, .. }) => Scope::<OperationRetry>::ask(cx, credentials, Some(project), None).await.map(drop),
        _ if operation.started_by.is_some() => Scope::<OwnOperationRetry>::ask(cx, credentials, None, None).await.map(drop),
        _ => staff.map(drop),
    }
}

/// The operation, if the caller started it, may see its project, or may see all; and whose eyes they see it with.
async fn visible(cx: &Cx, credentials: &Credentials, id: OperationId) -> Result<(Operation, Audience)> {
    let hidden = || Error::not_found("operation");
    let own = Scope::<OwnOperationView>::ask(cx, credentials, None, None).await?;
    if Scope::<AnyOperationView>::ask(cx, credentials, None, None).await.is_ok() {
        let operation = store::view(cx.db(), id, Audience::Operator).await?.ok_or_else(hidden)?;
        return Ok((operation, Audience::Operator));
    }
    let operation = store::view(cx.db(), id, Audience::Everybody).await?.ok_or_else(hidden)?;
    if operation.started_by.is_some() && operation.started_by == own.actor().person() {
        return Ok((operation, Audience::Everybody));
    }
    match operation.place {
        Some(Place::Project { project, .. }) => Scope::<OperationView>::ask(cx, credentials, Some(project), None).await.map_err(|_| hidden())?,
        _ => return Err(hidden()),
    };
    Ok((operation, Audience::Everybody))
}
