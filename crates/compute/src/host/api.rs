//! Hosts over HTTP, for the operator.

use kernel::http::{Json, Path};
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{HostPatch, HostView};
use super::update;
use crate::node::NodeId;
use crate::permissions::HostUpdate;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(host_update))
}

/// Begins or ends a host's maintenance. Machines on it stay until they are moved; nothing new is placed on it meanwhile.
#[utoipa::path(patch, path = "/v1/nodes/{id}/hosts/{host}", operation_id = "host_update", tag = "compute", params(("id" = NodeId, Path), ("host" = String, Path)), request_body = HostPatch, responses((status = 200, body = HostView)))]
async fn host_update(cx: Cx, at: Scope<HostUpdate>, Path((id, host)): Path<(NodeId, String)>, Json(patch): Json<HostPatch>) -> Result<Json<HostView>> {
    Ok(Json(update::update(&cx, &at, id, &host, &patch).await?))
}
