//! Public addresses over HTTP.

use axum::http::StatusCode;
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Error, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use workflow::operation::{Operation, by_subject};

use super::model::{Address, AddressAssignment, AddressId, AddressPatch, NewAddress};
use super::{assign, create, delete, list, update};
use crate::permissions::{AddressAssign, AddressCreate, AddressDelete, AddressUpdate, AddressView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(address_list, address_create))
        .routes(routes!(address_view, address_update, address_delete))
        .routes(routes!(address_assign))
}

/// The public addresses of a project, newest first.
#[utoipa::path(get, path = "/v1/addresses", operation_id = "address_list", tag = "compute", params(PageQuery), responses((status = 200, body = Page<Address>)))]
async fn address_list(cx: Cx, at: Scope<AddressView>, Query(query): Query<PageQuery>) -> Result<Json<Page<Address>>> {
    Ok(Json(list::list(&cx, &at, &query).await?))
}

/// Reserves a public address. It is the project's until it is given back, whether it leads to a machine or not.
#[utoipa::path(post, path = "/v1/addresses", operation_id = "address_create", tag = "compute", request_body = NewAddress, responses((status = 201, body = Address)))]
async fn address_create(cx: Cx, at: Scope<AddressCreate>, Json(new): Json<NewAddress>) -> Result<(StatusCode, Json<Address>)> {
    Ok((StatusCode::CREATED, Json(create::create(&cx, &at, &new).await?)))
}

/// One public address.
#[utoipa::path(get, path = "/v1/addresses/{id}", operation_id = "address_view", tag = "compute", params(("id" = AddressId, Path)), responses((status = 200, body = Address)))]
async fn address_view(cx: Cx, at: Scope<AddressView>, Path(id): Path<AddressId>) -> Result<Json<Address>> {
    Ok(Json(list::view(&cx, &at, id).await?))
}

/// Says which name a public address shall resolve to.
#[utoipa::path(patch, path = "/v1/addresses/{id}", operation_id = "address_update", tag = "compute", params(("id" = AddressId, Path)), request_body = AddressPatch, responses((status = 200, body = Address)))]
async fn address_update(cx: Cx, at: Scope<AddressUpdate>, Path(id): Path<AddressId>, Json(patch): Json<AddressPatch>) -> Result<Json<Address>> {
    Ok(Json(update::update(&cx, &at, id, &patch).await?))
}

/// Gives a public address back.
#[utoipa::path(delete, path = "/v1/addresses/{id}", operation_id = "address_delete", tag = "compute", params(("id" = AddressId, Path)), responses((status = 204)))]
async fn address_delete(cx: Cx, at: Scope<AddressDelete>, Path(id): Path<AddressId>) -> Result<StatusCode> {
    delete::delete(&cx, &at, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leads a public address to a machine in a private network, to another one, or nowhere.
#[utoipa::path(post, path = "/v1/addresses/{id}/assign", operation_id = "address_assign", tag = "compute", params(("id" = AddressId, Path)), request_body = AddressAssignment, responses((status = 202, body = Operation)))]
async fn address_assign(
    cx: Cx,
    at: Scope<AddressAssign>,
    Path(id): Path<AddressId>,
    Json(wanted): Json<AddressAssignment>,
) -> Result<(StatusCode, Json<Operation>)> {
    assign::assign(&cx, &at, id, wanted.instance_id).await?;
    let operation = by_subject(cx.db(), assign::ADDRESS_ASSIGN.name, &id.to_string()).await?;
    Ok((StatusCode::ACCEPTED, Json(operation.ok_or_else(|| Error::internal("an operation vanished"))?)))
}
