//! The nodes, for the operator.

use kernel::http::Json;
use kernel::{Cx, Page, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::Node;
use super::store;
use crate::permissions::NodeView;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(node_list))
}

/// The nodes, with what their hypervisors said last and the guests that nobody here knows.
#[utoipa::path(get, path = "/v1/nodes", operation_id = "node_list", tag = "compute", responses((status = 200, body = Page<Node>)))]
async fn node_list(cx: Cx, _at: Scope<NodeView>) -> Result<Json<Page<Node>>> {
    Ok(Json(Page { items: store::all(cx.db()).await?, next: None }))
}
