//! Private networks over HTTP.

use axum::http::StatusCode;
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Error, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use workflow::operation::{Operation, by_subject};

use super::model::{Network, NetworkId, NetworkPatch, NewNetwork};
use super::{create, delete, list, update};
use crate::permissions::{NetworkCreate, NetworkDelete, NetworkUpdate, NetworkView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(network_list, network_create)).routes(routes!(network_view, network_update, network_delete))
}

/// The private networks of a project, newest first.
#[utoipa::path(get, path = "/v1/networks", operation_id = "network_list", tag = "compute", params(PageQuery), responses((status = 200, body = Page<Network>)))]
async fn network_list(cx: Cx, at: Scope<NetworkView>, Query(query): Query<PageQuery>) -> Result<Json<Page<Network>>> {
    Ok(Json(list::list(&cx, &at, &query).await?))
}

/// Makes a private network.
#[utoipa::path(post, path = "/v1/networks", operation_id = "network_create", tag = "compute", request_body = NewNetwork, responses((status = 201, body = Network)))]
async fn network_create(cx: Cx, at: Scope<NetworkCreate>, Json(new): Json<NewNetwork>) -> Result<(StatusCode, Json<Network>)> {
    Ok((StatusCode::CREATED, Json(create::create(&cx, &at, &new).await?)))
}

/// One private network.
#[utoipa::path(get, path = "/v1/networks/{id}", operation_id = "network_view", tag = "compute", params(("id" = NetworkId, Path)), responses((status = 200, body = Network)))]
async fn network_view(cx: Cx, at: Scope<NetworkView>, Path(id): Path<NetworkId>) -> Result<Json<Network>> {
    Ok(Json(list::view(&cx, &at, id).await?))
}

/// Changes what a private network is called.
#[utoipa::path(patch, path = "/v1/networks/{id}", operation_id = "network_update", tag = "compute", params(("id" = NetworkId, Path)), request_body = NetworkPatch, responses((status = 200, body = Network)))]
async fn network_update(cx: Cx, at: Scope<NetworkUpdate>, Path(id): Path<NetworkId>, Json(patch): Json<NetworkPatch>) -> Result<Json<Network>> {
    Ok(Json(update::update(&cx, &at, id, &patch).await?))
}

/// Removes a private network that no machine is in.
#[utoipa::path(delete, path = "/v1/networks/{id}", operation_id = "network_delete", tag = "compute", params(("id" = NetworkId, Path)), responses((status = 202, body = Operation)))]
async fn network_delete(cx: Cx, at: Scope<NetworkDelete>, Path(id): Path<NetworkId>) -> Result<(StatusCode, Json<Operation>)> {
    delete::delete(&cx, &at, id).await?;
    let operation = by_subject(cx.db(), delete::NETWORK_DELETE.name, &id.to_string()).await?;
    Ok((StatusCode::ACCEPTED, Json(operation.ok_or_else(|| Error::internal("an operation vanished"))?)))
}
