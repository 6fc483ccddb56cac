//! API tokens over HTTP.

use axum::http::StatusCode;
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ApiToken, ApiTokenId, CreatedApiToken, NewApiToken};
use crate::permissions::{ApiTokenCreate, ApiTokenDelete, ApiTokenList};

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(api_token_list, api_token_create)).routes(routes!(api_token_delete))
}

/// One's API tokens.
#[utoipa::path(get, path = "/v1/api-tokens", operation_id = "api_token_list", tag = "identity", params(PageQuery), responses((status = 200, body = Page<ApiToken>)))]
async fn api_token_list(cx: Cx, at: Scope<ApiTokenList>, Query(query): Query<PageQuery>) -> Result<Json<Page<ApiToken>>> {
    super::list(&cx, &at, &query).await.map(Json)
}

/// Make an API token. Its secret is shown this once.
#[utoipa::path(post, path = "/v1/api-tokens", operation_id = "api_token_create", tag = "identity", request_body = NewApiToken, responses((status = 201, body = CreatedApiToken)))]
async fn api_token_create(cx: Cx, at: Scope<ApiTokenCreate>, Json(new): Json<NewApiToken>) -> Result<(StatusCode, Json<CreatedApiToken>)> {
    Ok((StatusCode::CREATED, Json(super::create(&cx, &at, &new).await?)))
}

/// Revoke an API token; it stops working at once.
#[utoipa::path(delete, path = "/v1/api-tokens/{id}", operation_id = "api_token_delete", tag = "identity", params(("id" = ApiTokenId, Path)), responses((status = 204)))]
async fn api_token_delete(cx: Cx, at: Scope<ApiTokenDelete>, Path(id): Path<ApiTokenId>) -> Result<StatusCode> {
    super::delete(&cx, &at, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
