//! `/v1/privacy/restriction`.

use kernel::http::Json;
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Restriction;
use super::set::person;
use crate::permissions::{RestrictionCreate, RestrictionDelete, RestrictionView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(restriction_view, restriction_create, restriction_delete))
}

/// Whether the use of my data is restricted
#[utoipa::path(get, path = "/v1/privacy/restriction", operation_id = "restriction_view", tag = "privacy", responses((status = 200, body = Restriction)))]
async fn restriction_view(cx: Cx, at: Scope<RestrictionView>) -> Result<Json<Restriction>> {
    super::view(&cx, person(&at)?).await.map(Json)
}

/// Restrict the use of my data
///
/// It is kept, and used for legal claims, my rights and my own access only. Other uses answer 423.
#[utoipa::path(put, path = "/v1/privacy/restriction", operation_id = "restriction_create", tag = "privacy", responses((status = 200, body = Restriction)))]
async fn restriction_create(cx: Cx, at: Scope<RestrictionCreate>) -> Result<Json<Restriction>> {
    super::create(&cx, &at).await.map(Json)
}

/// End the restriction
#[utoipa::path(delete, path = "/v1/privacy/restriction", operation_id = "restriction_delete", tag = "privacy", responses((status = 200, body = Restriction)))]
async fn restriction_delete(cx: Cx, at: Scope<RestrictionDelete>) -> Result<Json<Restriction>> {
    super::delete(&cx, &at).await.map(Json)
}
