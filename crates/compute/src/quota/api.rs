//! Quotas over HTTP.

use kernel::http::Json;
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::Quota;
use super::view;
use crate::permissions::QuotaView;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(quota_view))
}

/// What there is in a project and its organisation, and how much there may be.
#[utoipa::path(get, path = "/v1/quota", operation_id = "quota_view", tag = "compute", responses((status = 200, body = Quota)))]
async fn quota_view(cx: Cx, at: Scope<QuotaView>) -> Result<Json<Quota>> {
    Ok(Json(view::view(&cx, &at).await?))
}
