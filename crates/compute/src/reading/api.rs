//! What machines used, over HTTP.

use kernel::http::{Json, Path, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::list;
use super::model::Reading;
use crate::instance::InstanceId;
use crate::permissions::ReadingView;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(reading_list))
}

/// What a machine used, newest first.
#[utoipa::path(get, path = "/v1/instances/{id}/usage", operation_id = "reading_list", tag = "compute", params(("id" = InstanceId, Path), PageQuery), responses((status = 200, body = Page<Reading>)))]
async fn reading_list(cx: Cx, at: Scope<ReadingView>, Path(id): Path<InstanceId>, Query(query): Query<PageQuery>) -> Result<Json<Page<Reading>>> {
    Ok(Json(list::list(&cx, &at, id, &query).await?))
}
