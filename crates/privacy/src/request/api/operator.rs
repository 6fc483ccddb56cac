//! `/v1/operator/requests`: the queue of staff.

use kernel::http::{Json, Path, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::permissions::{OperatorRequestAnswer, OperatorRequestExtend, OperatorRequestList};
use crate::request::{Answer, Extension, Request, RequestId};

/// The routes of staff.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(operator_request_list))
        .routes(routes!(operator_request_view))
        .routes(routes!(operator_request_answer))
        .routes(routes!(operator_request_extend))
}

/// Requests that wait
///
/// The most urgent first. Looking is on record where the person sees it.
#[utoipa::path(get, path = "/v1/operator/requests", operation_id = "operator_request_list", tag = "privacy", params(PageQuery), responses((status = 200, body = Page<Request>)))]
async fn operator_request_list(cx: Cx, at: Scope<OperatorRequestList>, Query(query): Query<PageQuery>) -> Result<Json<Page<Request>>> {
    crate::request::list_open(&cx, &at, &query).await.map(Json)
}

/// One request, for staff
#[utoipa::path(get, path = "/v1/operator/requests/{id}", operation_id = "operator_request_view", tag = "privacy", params(("id" = RequestId, Path)), responses((status = 200, body = Request)))]
async fn operator_request_view(cx: Cx, at: Scope<OperatorRequestList>, Path(id): Path<RequestId>) -> Result<Json<Request>> {
    crate::request::view_for_staff(&cx, &at, id).await.map(Json)
}

/// Grant or refuse a request
#[utoipa::path(post, path = "/v1/operator/requests/{id}/answer", operation_id = "operator_request_answer", tag = "privacy", params(("id" = RequestId, Path)), request_body = Answer, responses((status = 200, body = Request)))]
async fn operator_request_answer(cx: Cx, at: Scope<OperatorRequestAnswer>, Path(id): Path<RequestId>, Json(answer): Json<Answer>) -> Result<Json<Request>> {
    crate::request::answer(&cx, &at, id, &answer).await.map(Json)
}

/// Extend the deadline of a request
#[utoipa::path(post, path = "/v1/operator/requests/{id}/extend", operation_id = "operator_request_extend", tag = "privacy", params(("id" = RequestId, Path)), request_body = Extension, responses((status = 200, body = Request)))]
async fn operator_request_extend(
    cx: Cx,
    at: Scope<OperatorRequestExtend>,
    Path(id): Path<RequestId>,
    Json(extension): Json<Extension>,
) -> Result<Json<Request>> {
    crate::request::extend(&cx, &at, id, &extension).await.map(Json)
}
