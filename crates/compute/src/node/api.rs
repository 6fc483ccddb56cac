//! The nodes, for the operator.

use kernel::http::{Json, Path};
use kernel::{Cx, Page, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{NodeId, NodePatch, NodeView};
use super::{list, update};
use crate::permissions;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(node_list)).routes(routes!(node_update))
}

/// The nodes, with what their hypervisors said last and the guests that nobody here knows.
#[utoipa::path(get, path = "/v1/nodes", operation_id = "node_list", tag = "compute", responses((status = 200, body = Page<NodeView>)))]
async fn node_list(cx: Cx, at: Scope<permissions::NodeView>) -> Result<Json<Page<NodeView>>> {
    Ok(Json(Page { items: list::list(&cx, &at).await?, next: None }))
}

/// Opens a node to new machines or closes it, and says how much may be promised on it. Machines on it stay where they are.
#[utoipa::path(patch, path = "/v1/nodes/{id}", operation_id = "node_update", tag = "compute", params(("id" = NodeId, Path)), request_body = NodePatch, responses((status = 200, body = NodeView)))]
async fn node_update(cx: Cx, at: Scope<permissions::NodeUpdate>, Path(id): Path<NodeId>, Json(patch): Json<NodePatch>) -> Result<Json<NodeView>> {
    Ok(Json(update::update(&cx, &at, id, &patch).await?))
}
