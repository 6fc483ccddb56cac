//! Changes of size over HTTP.

use axum::http::StatusCode;
use compute::InstanceId;
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{NewSizeChange, SizeChange, SizeChangeQuote, WantedSize};
use super::{create, list, quote};
use crate::permissions::{SizeChangeCreate, SizeChangeQuote as MayQuote, SizeChangeView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(size_change_list, size_change_create)).routes(routes!(size_change_quote))
}

/// What another size would cost: what is due now, and the price from when on.
#[utoipa::path(post, path = "/v1/instances/{id}/size-changes/quote", operation_id = "size_change_quote", tag = "catalogue", params(("id" = InstanceId, Path)), request_body = WantedSize, responses((status = 200, body = SizeChangeQuote)))]
async fn size_change_quote(cx: Cx, at: Scope<MayQuote>, Path(id): Path<InstanceId>, Json(wanted): Json<WantedSize>) -> Result<Json<SizeChangeQuote>> {
    Ok(Json(quote::quote(&cx, &at, id, wanted.size_id).await?))
}

/// Gives a machine another size, once what is due now is paid. One that runs is restarted where its processors or memory change.
#[utoipa::path(post, path = "/v1/instances/{id}/size-changes", operation_id = "size_change_create", tag = "catalogue", params(("id" = InstanceId, Path)), request_body = NewSizeChange, responses((status = 202, body = SizeChange)))]
async fn size_change_create(
    cx: Cx,
    at: Scope<SizeChangeCreate>,
    Path(id): Path<InstanceId>,
    Json(new): Json<NewSizeChange>,
) -> Result<(StatusCode, Json<SizeChange>)> {
    Ok((StatusCode::ACCEPTED, Json(create::create(&cx, &at, id, &new).await?)))
}

/// The changes of a machine's size, newest first. The price of the newest counts from its `price_from` on.
#[utoipa::path(get, path = "/v1/instances/{id}/size-changes", operation_id = "size_change_list", tag = "catalogue", params(("id" = InstanceId, Path), PageQuery), responses((status = 200, body = Page<SizeChange>)))]
async fn size_change_list(cx: Cx, at: Scope<SizeChangeView>, Path(id): Path<InstanceId>, Query(query): Query<PageQuery>) -> Result<Json<Page<SizeChange>>> {
    Ok(Json(list::list(&cx, &at, id, &query).await?))
}
