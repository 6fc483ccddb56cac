//! `POST /v1/privacy/exports`, `GET /v1/privacy/exports/{id}` and its download.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::http::{Json, Path};
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;

use super::{Export, ExportId};
use crate::permissions::{ExportCreate, ExportView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(utoipa_axum::routes!(export_create)).routes(utoipa_axum::routes!(export_view)).routes(utoipa_axum::routes!(export_download))
}

/// Take everything with me
#[utoipa::path(post, path = "/v1/privacy/exports", operation_id = "export_create", tag = "privacy", responses((status = 202, body = Export)))]
async fn export_create(cx: Cx, at: Scope<ExportCreate>) -> Result<(StatusCode, Json<Export>)> {
    Ok((StatusCode::ACCEPTED, Json(super::create(&cx, &at).await?)))
}

/// One export
#[utoipa::path(get, path = "/v1/privacy/exports/{id}", operation_id = "export_view", tag = "privacy", params(("id" = ExportId, Path)), responses((status = 200, body = Export)))]
async fn export_view(cx: Cx, at: Scope<ExportView>, Path(id): Path<ExportId>) -> Result<Json<Export>> {
    super::by_id(&cx, &at, id).await.map(Json)
}

/// Its file
#[utoipa::path(get, path = "/v1/privacy/exports/{id}/download", operation_id = "export_download", tag = "privacy", params(("id" = ExportId, Path)),
    responses((status = 200, description = "a zip file", content_type = "application/zip")))]
async fn export_download(cx: Cx, at: Scope<ExportView>, Path(id): Path<ExportId>) -> Result<Response> {
    let reader = super::open(&cx, &at, id).await?;
    let pieces = futures::stream::try_unfold(reader, |mut reader| async move {
        let joined = tokio::task::spawn_blocking(move || reader.piece().map(|piece| piece.map(|piece| (piece, reader)))).await;
        joined.unwrap_or_else(|error| Err(std::io::Error::other(error)))
    });
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.zip\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}
