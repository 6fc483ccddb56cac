//! The price of extra disks over HTTP: everybody reads it, the operator changes it.

use kernel::http::Json;
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{DiskPrice, DiskPricePatch};
use super::{update, view};
use crate::permissions::DiskPriceUpdate;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(disk_price_view, disk_price_update))
}

/// What an extra disk costs.
#[utoipa::path(get, path = "/v1/disk-price", operation_id = "disk_price_view", tag = "catalogue", responses((status = 200, body = DiskPrice)))]
async fn disk_price_view(cx: Cx) -> Result<Json<DiskPrice>> {
    Ok(Json(view(&cx, cx.db()).await?))
}

/// Changes what an extra disk costs. Disks that exist keep their price.
#[utoipa::path(patch, path = "/v1/disk-price", operation_id = "disk_price_update", tag = "catalogue", request_body = DiskPricePatch, responses((status = 200, body = DiskPrice)))]
async fn disk_price_update(cx: Cx, at: Scope<DiskPriceUpdate>, Json(patch): Json<DiskPricePatch>) -> Result<Json<DiskPrice>> {
    Ok(Json(update(&cx, &at, patch).await?))
}
