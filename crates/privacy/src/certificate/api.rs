//! `GET /v1/certificates/{id}`: public, because it names nobody.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use kernel::http::{Json, Path};
use kernel::{Cx, Result};
use utoipa_axum::router::OpenApiRouter;

use super::{Asked, CertificateId, Document, Pending};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(utoipa_axum::routes!(certificate_view))
}

/// Seconds after which it is worth asking again.
const AGAIN: &str = "2";

/// A certificate of erasure
///
/// 202 with `Retry-After` while the erasure is under way.
#[utoipa::path(get, path = "/v1/certificates/{id}", operation_id = "certificate_view", tag = "privacy", params(("id" = CertificateId, Path)),
    responses((status = 200, body = Document), (status = 202, description = "the erasure is under way", body = Pending)))]
async fn certificate_view(cx: Cx, Path(id): Path<CertificateId>) -> Result<Response> {
    Ok(match super::by_id(&cx, id).await? {
        Asked::Issued(document) => Json(*document).into_response(),
        Asked::Pending(pending) => (StatusCode::ACCEPTED, [(RETRY_AFTER, AGAIN)], Json(pending)).into_response(),
    })
}
