//! The nodes, for the operator.

use kernel::http::Json;
use kernel::{Cx, Page, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::list;
use super::model::NodeView;
use crate::permissions;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(node_list))
}

/// The nodes, with what their hypervisors said last and the guests that nobody here knows.
#[utoipa::path(get, path = "/v1/nodes", operation_id = "node_list", tag = "compute", responses((status = 200, body = Page<NodeView>)))]
async fn node_list(cx: Cx, at: Scope<permissions::NodeView>) -> Result<Json<Page<NodeView>>> {
    Ok(Json(Page { items: list::list(&cx, &at).await?, next: None }))
}
