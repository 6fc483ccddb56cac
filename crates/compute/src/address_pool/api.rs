//! Pools of public addresses, for the operator.

use axum::http::StatusCode;
use kernel::http::{Json, Path};
use kernel::{Cx, Page, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{AddressPool, AddressPoolId, NewAddressPool};
use super::{create, delete, list};
use crate::permissions::{AddressPoolCreate, AddressPoolDelete, AddressPoolView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(address_pool_list, address_pool_create)).routes(routes!(address_pool_delete))
}

/// The pools of public addresses, with how much of them is used.
#[utoipa::path(get, path = "/v1/address-pools", operation_id = "address_pool_list", tag = "compute", responses((status = 200, body = Page<AddressPool>)))]
async fn address_pool_list(cx: Cx, at: Scope<AddressPoolView>) -> Result<Json<Page<AddressPool>>> {
    Ok(Json(Page { items: list::list(&cx, &at).await?, next: None }))
}

/// Adds a pool of public addresses.
#[utoipa::path(post, path = "/v1/address-pools", operation_id = "address_pool_create", tag = "compute", request_body = NewAddressPool, responses((status = 201, body = AddressPool)))]
async fn address_pool_create(cx: Cx, at: Scope<AddressPoolCreate>, Json(new): Json<NewAddressPool>) -> Result<(StatusCode, Json<AddressPool>)> {
    Ok((StatusCode::CREATED, Json(create::create(&cx, &at, &new).await?)))
}

/// Removes a pool of which nobody holds an address.
#[utoipa::path(delete, path = "/v1/address-pools/{id}", operation_id = "address_pool_delete", tag = "compute", params(("id" = AddressPoolId, Path)), responses((status = 204)))]
async fn address_pool_delete(cx: Cx, at: Scope<AddressPoolDelete>, Path(id): Path<AddressPoolId>) -> Result<StatusCode> {
    delete::delete(&cx, &at, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
