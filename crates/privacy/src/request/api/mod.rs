//! `/v1/privacy/requests`: what people ask for, and `/v1/transparency/requests`: how it was answered.

mod operator;

use axum::http::StatusCode;
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::permissions::{RequestCreate, RequestView, RequestWithdraw};
use crate::request::{NewRequest, Request, RequestId, RequestStatistics};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(request_list, request_create))
        .routes(routes!(request_view))
        .routes(routes!(request_withdraw))
        .routes(routes!(request_statistics))
        .merge(operator::routes())
}

/// What I asked for
#[utoipa::path(get, path = "/v1/privacy/requests", operation_id = "request_list", tag = "privacy", params(PageQuery), responses((status = 200, body = Page<Request>)))]
async fn request_list(cx: Cx, at: Scope<RequestView>, Query(query): Query<PageQuery>) -> Result<Json<Page<Request>>> {
    crate::request::list(&cx, &at, &query).await.map(Json)
}

/// Ask for something about my data
#[utoipa::path(post, path = "/v1/privacy/requests", operation_id = "request_create", tag = "privacy", request_body = NewRequest, responses((status = 201, body = Request)))]
async fn request_create(cx: Cx, at: Scope<RequestCreate>, Json(new): Json<NewRequest>) -> Result<(StatusCode, Json<Request>)> {
    Ok((StatusCode::CREATED, Json(crate::request::create(&cx, &at, &new).await?)))
}

/// One request
#[utoipa::path(get, path = "/v1/privacy/requests/{id}", operation_id = "request_view", tag = "privacy", params(("id" = RequestId, Path)), responses((status = 200, body = Request)))]
async fn request_view(cx: Cx, at: Scope<RequestView>, Path(id): Path<RequestId>) -> Result<Json<Request>> {
    crate::request::view(&cx, &at, id).await.map(Json)
}

/// Take a request back
#[utoipa::path(post, path = "/v1/privacy/requests/{id}/withdraw", operation_id = "request_withdraw", tag = "privacy", params(("id" = RequestId, Path)), responses((status = 200, body = Request)))]
async fn request_withdraw(cx: Cx, at: Scope<RequestWithdraw>, Path(id): Path<RequestId>) -> Result<Json<Request>> {
    crate::request::withdraw(&cx, &at, id).await.map(Json)
}

/// How requests were answered
///
/// Public numbers by month; they name nobody.
#[utoipa::path(get, path = "/v1/transparency/requests", operation_id = "request_statistics", tag = "privacy", responses((status = 200, body = RequestStatistics)))]
async fn request_statistics(cx: Cx) -> Result<Json<RequestStatistics>> {
    crate::request::statistics(&cx).await.map(Json)
}
