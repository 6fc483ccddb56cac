//! Sizes over HTTP: the list is public, prices are the operator's.

use axum::http::StatusCode;
use compute::SizeId;
use kernel::http::{Json, Path};
use kernel::{Cx, Page, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{NewSize, Size, SizePatch};
use super::{create, list, store, update};
use crate::permissions::{SizeCreate, SizeUpdate, SizeViewAny};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(size_list, size_create)).routes(routes!(size_list_any)).routes(routes!(size_update))
}

/// The sizes on sale, cheapest first.
#[utoipa::path(get, path = "/v1/sizes", operation_id = "size_list", tag = "catalogue", responses((status = 200, body = Page<Size>)))]
async fn size_list(cx: Cx) -> Result<Json<Page<Size>>> {
    Ok(Json(Page { items: store::visible(cx.db()).await?, next: None }))
}

/// All sizes, those that are not on sale included.
#[utoipa::path(get, path = "/v1/operator/sizes", operation_id = "size_list_any", tag = "catalogue", responses((status = 200, body = Page<Size>)))]
async fn size_list_any(cx: Cx, at: Scope<SizeViewAny>) -> Result<Json<Page<Size>>> {
    Ok(Json(Page { items: list::list(&cx, &at).await?, next: None }))
}

/// Offers another size.
#[utoipa::path(post, path = "/v1/sizes", operation_id = "size_create", tag = "catalogue", request_body = NewSize, responses((status = 201, body = Size)))]
async fn size_create(cx: Cx, at: Scope<SizeCreate>, Json(new): Json<NewSize>) -> Result<(StatusCode, Json<Size>)> {
    Ok((StatusCode::CREATED, Json(create::create(&cx, &at, &new).await?)))
}

/// Changes a size's prices or class, or takes it off sale.
#[utoipa::path(patch, path = "/v1/sizes/{id}", operation_id = "size_update", tag = "catalogue", params(("id" = SizeId, Path)), request_body = SizePatch, responses((status = 200, body = Size)))]
async fn size_update(cx: Cx, at: Scope<SizeUpdate>, Path(id): Path<SizeId>, Json(patch): Json<SizePatch>) -> Result<Json<Size>> {
    Ok(Json(update::update(&cx, &at, id, patch).await?))
}
