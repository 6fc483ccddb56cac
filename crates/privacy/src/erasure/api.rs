//! `GET /v1/privacy/erasure-preview` and `POST /v1/privacy/erasures`.

use axum::http::StatusCode;
use kernel::http::Json;
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;

use super::{Erasure, NewErasure, Preview};
use crate::permissions::{ErasureCreate, ErasureView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(utoipa_axum::routes!(erasure_preview)).routes(utoipa_axum::routes!(erasure_create))
}

/// What an erasure would do
#[utoipa::path(get, path = "/v1/privacy/erasure-preview", operation_id = "erasure_preview", tag = "privacy", responses((status = 200, body = Preview)))]
async fn erasure_preview(cx: Cx, at: Scope<ErasureView>) -> Result<Json<Preview>> {
    super::preview(&cx, &at).await.map(Json)
}

/// Erase me
#[utoipa::path(post, path = "/v1/privacy/erasures", operation_id = "erasure_create", tag = "privacy", request_body = NewErasure, responses((status = 202, body = Erasure)))]
async fn erasure_create(cx: Cx, at: Scope<ErasureCreate>, Json(new): Json<NewErasure>) -> Result<(StatusCode, Json<Erasure>)> {
    Ok((StatusCode::ACCEPTED, Json(super::create(&cx, &at, &new).await?)))
}
