//! The regions, for everybody.

use kernel::http::Json;
use kernel::{Cx, Page, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::Region;
use super::store;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(region_list))
}

/// The regions on offer.
#[utoipa::path(get, path = "/v1/regions", operation_id = "region_list", tag = "catalogue", responses((status = 200, body = Page<Region>)))]
async fn region_list(cx: Cx) -> Result<Json<Page<Region>>> {
    Ok(Json(Page { items: store::all(cx.db()).await?, next: None }))
}
