//! `GET /v1/privacy/holdings`.

use kernel::http::Json;
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;

use super::Holdings;
use crate::permissions::HoldingView;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(utoipa_axum::routes!(holdings_view))
}

/// What you hold about me
#[utoipa::path(get, path = "/v1/privacy/holdings", operation_id = "holdings_view", tag = "privacy", responses((status = 200, body = Holdings)))]
async fn holdings_view(cx: Cx, at: Scope<HoldingView>) -> Result<Json<Holdings>> {
    super::list(&cx, &at).await.map(Json)
}
