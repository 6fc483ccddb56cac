//! `GET /v1/activity`.

use kernel::http::{Json, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::list::list;
use super::model::Activity;
use crate::permissions::ActivityList;

/// The routes of lines.
pub fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(activity_list))
}

/// What was done in an organisation, by whom, and what our staff looked at.
#[utoipa::path(
    get,
    path = "/v1/activity",
    operation_id = "activity_list",
    tag = "audit",
    params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation"), PageQuery),
    responses((status = 200, body = Page<Activity>), (status = 401, body = kernel::http::Problem), (status = 404, body = kernel::http::Problem))
)]
async fn activity_list(cx: Cx, at: Scope<ActivityList>, Query(query): Query<PageQuery>) -> Result<Json<Page<Activity>>> {
    Ok(Json(list(&cx, &at, &query).await?))
}
