//! What machines used, over HTTP.

use kernel::http::{Json, Path, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::Reading;
use super::usage::InstanceUsage;
use super::{list, usage};
use crate::instance::InstanceId;
use crate::permissions::ReadingView;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(reading_list)).routes(routes!(instance_usage_view))
}

/// What a machine used, span by span, newest first.
#[utoipa::path(get, path = "/v1/instances/{id}/readings", operation_id = "reading_list", tag = "compute", params(("id" = InstanceId, Path), PageQuery), responses((status = 200, body = Page<Reading>)))]
async fn reading_list(cx: Cx, at: Scope<ReadingView>, Path(id): Path<InstanceId>, Query(query): Query<PageQuery>) -> Result<Json<Page<Reading>>> {
    Ok(Json(list::list(&cx, &at, id, &query).await?))
}

/// What a machine used since the month began.
#[utoipa::path(get, path = "/v1/instances/{id}/usage", operation_id = "instance_usage_view", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 200, body = InstanceUsage)))]
async fn instance_usage_view(cx: Cx, at: Scope<ReadingView>, Path(id): Path<InstanceId>) -> Result<Json<InstanceUsage>> {
    Ok(Json(usage::usage(&cx, &at, id).await?))
}
