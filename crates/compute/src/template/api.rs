//! The templates, for everybody.

use kernel::http::Json;
use kernel::{Cx, Page, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::Template;
use super::store;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(template_list))
}

/// The templates on offer.
#[utoipa::path(get, path = "/v1/templates", operation_id = "template_list", tag = "catalogue", responses((status = 200, body = Page<Template>)))]
async fn template_list(cx: Cx) -> Result<Json<Page<Template>>> {
    Ok(Json(Page { items: store::all(cx.db()).await?, next: None }))
}
