//! Sizes over HTTP: the list is public, prices are the operator's.

use compute::SizeId;
use kernel::http::{Json, Path};
use kernel::{Cx, Page, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Size, SizePatch};
use super::{store, update};
use crate::permissions::SizeUpdate;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(size_list)).routes(routes!(size_update))
}

/// The sizes on sale, cheapest first.
#[utoipa::path(get, path = "/v1/sizes", operation_id = "size_list", tag = "catalogue", responses((status = 200, body = Page<Size>)))]
async fn size_list(cx: Cx) -> Result<Json<Page<Size>>> {
    Ok(Json(Page { items: store::visible(cx.db()).await?, next: None }))
}

/// Changes a size's prices, or takes it off sale.
#[utoipa::path(patch, path = "/v1/sizes/{id}", operation_id = "size_update", tag = "catalogue", params(("id" = SizeId, Path)), request_body = SizePatch, responses((status = 200, body = Size)))]
async fn size_update(cx: Cx, at: Scope<SizeUpdate>, Path(id): Path<SizeId>, Json(patch): Json<SizePatch>) -> Result<Json<Size>> {
    Ok(Json(update::update(&cx, &at, id, patch).await?))
}
