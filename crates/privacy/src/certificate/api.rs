//! `GET /v1/certificates/{id}`: public, because it names nobody.

use kernel::http::{Json, Path};
use kernel::{Cx, Result};
use utoipa_axum::router::OpenApiRouter;

use super::{CertificateId, Document};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(utoipa_axum::routes!(certificate_view))
}

/// A certificate of erasure
///
/// 503 with `Retry-After` while the erasure is under way.
#[utoipa::path(get, path = "/v1/certificates/{id}", operation_id = "certificate_view", tag = "privacy", params(("id" = CertificateId, Path)), responses((status = 200, body = Document)))]
async fn certificate_view(cx: Cx, Path(id): Path<CertificateId>) -> Result<Json<Document>> {
    super::by_id(&cx, id).await.map(Json)
}
