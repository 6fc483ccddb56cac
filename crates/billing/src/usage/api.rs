//! `GET /v1/usage`.

use kernel::http::{Json, Problem};
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{Usage, view};
use crate::permissions::UsageView;

/// The routes of usage.
pub fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(usage_view))
}

/// So far this month: computed by the functions that make the invoice.
#[utoipa::path(
    get,
    path = "/v1/usage",
    operation_id = "usage_view",
    tag = "billing",
    params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation")),
    responses((status = 200, body = Usage), (status = 401, body = Problem))
)]
async fn usage_view(cx: Cx, at: Scope<UsageView>) -> Result<Json<Usage>> {
    Ok(Json(view(&cx, &at).await?))
}
