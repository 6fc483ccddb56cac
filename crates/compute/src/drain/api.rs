//! Drains over HTTP, for the operator.

use axum::http::StatusCode;
use kernel::http::{Json, Path};
use kernel::{Cx, Error, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use workflow::operation::{Operation, by_subject};

use super::carry_out::DRAIN;
use super::model::{Drain, DrainRequest};
use super::{create, view};
use crate::node::{self, NodeId};
use crate::permissions::{DrainCreate, NodeView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(drain_view, drain_create))
}

/// The last drain of a host: how far it has come, and which machines could not be moved, with the reasons.
#[utoipa::path(get, path = "/v1/nodes/{id}/hosts/{host}/drain", operation_id = "drain_view", tag = "compute", params(("id" = NodeId, Path), ("host" = String, Path)), responses((status = 200, body = Drain)))]
async fn drain_view(cx: Cx, at: Scope<NodeView>, Path((id, host)): Path<(NodeId, String)>) -> Result<Json<Drain>> {
    Ok(Json(view::view(&cx, &at, id, &host).await?))
}

/// Moves every machine off a host, a few at a time, and puts it under maintenance. What could not be moved is in the report; trying the operation again moves what is left.
#[utoipa::path(post, path = "/v1/nodes/{id}/hosts/{host}/drain", operation_id = "drain_create", tag = "compute", params(("id" = NodeId, Path), ("host" = String, Path)), request_body = DrainRequest, responses((status = 202, body = Operation)))]
async fn drain_create(
    cx: Cx,
    at: Scope<DrainCreate>,
    Path((id, host)): Path<(NodeId, String)>,
    Json(wanted): Json<DrainRequest>,
) -> Result<(StatusCode, Json<Operation>)> {
    create::create(&cx, &at, id, &host, &wanted).await?;
    let node = node::store::by_id(cx.db(), id).await?;
    let operation = by_subject(cx.db(), DRAIN.name, &format!("{}/{host}", node.name)).await?;
    Ok((StatusCode::ACCEPTED, Json(operation.ok_or_else(|| Error::internal("an operation vanished"))?)))
}
