//! `/v1/operator/holds`.

use axum::http::StatusCode;
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Hold, HoldId, NewHold};
use crate::permissions::{HoldCreate, HoldLift, HoldList};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(hold_list, hold_create)).routes(routes!(hold_lift))
}

/// Legal holds
#[utoipa::path(get, path = "/v1/operator/holds", operation_id = "hold_list", tag = "privacy", params(PageQuery), responses((status = 200, body = Page<Hold>)))]
async fn hold_list(cx: Cx, at: Scope<HoldList>, Query(query): Query<PageQuery>) -> Result<Json<Page<Hold>>> {
    super::list(&cx, &at, &query).await.map(Json)
}

/// Place a legal hold
///
/// Erasure and retention pause for the rows of the named kinds that belong to one owner.
#[utoipa::path(post, path = "/v1/operator/holds", operation_id = "hold_create", tag = "privacy", request_body = NewHold, responses((status = 201, body = Hold)))]
async fn hold_create(cx: Cx, at: Scope<HoldCreate>, Json(new): Json<NewHold>) -> Result<(StatusCode, Json<Hold>)> {
    Ok((StatusCode::CREATED, Json(super::create(&cx, &at, &new).await?)))
}

/// Lift a legal hold
#[utoipa::path(post, path = "/v1/operator/holds/{id}/lift", operation_id = "hold_lift", tag = "privacy", params(("id" = HoldId, Path)), responses((status = 200, body = Hold)))]
async fn hold_lift(cx: Cx, at: Scope<HoldLift>, Path(id): Path<HoldId>) -> Result<Json<Hold>> {
    super::lift(&cx, &at, id).await.map(Json)
}
