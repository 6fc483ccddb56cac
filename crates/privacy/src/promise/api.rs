//! `GET /v1/trust`.

use kernel::http::Json;
use kernel::{Cx, Result};
use utoipa_axum::router::OpenApiRouter;

use super::Checked;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(utoipa_axum::routes!(trust_view))
}

/// Every promise of the policy, checked
#[utoipa::path(get, path = "/v1/trust", operation_id = "trust_view", tag = "privacy", responses((status = 200, body = Checked)))]
async fn trust_view(cx: Cx) -> Result<Json<Checked>> {
    super::checked(&cx).await.map(Json)
}
