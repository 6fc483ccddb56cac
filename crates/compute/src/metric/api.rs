//! What machines did, over HTTP.

use kernel::http::{Json, Path, Query};
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{MetricQuery, Metrics};
use super::view;
use crate::instance::InstanceId;
use crate::permissions::MetricView;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(metric_view))
}

/// What a machine did: processors, memory, disk and network, point by point.
#[utoipa::path(get, path = "/v1/instances/{id}/metrics", operation_id = "metric_view", tag = "compute", params(("id" = InstanceId, Path), MetricQuery), responses((status = 200, body = Metrics)))]
async fn metric_view(cx: Cx, at: Scope<MetricView>, Path(id): Path<InstanceId>, Query(query): Query<MetricQuery>) -> Result<Json<Metrics>> {
    Ok(Json(view::view(&cx, &at, id, &query).await?))
}
