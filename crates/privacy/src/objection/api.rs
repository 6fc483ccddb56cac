//! `/v1/privacy/objections`. Objecting is a request: `POST /v1/privacy/requests`.

use kernel::http::{Json, Path};
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Objections;
use super::set::person;
use crate::permissions::{ObjectionDelete, ObjectionList};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(objection_list)).routes(routes!(objection_delete))
}

/// What I can object to, and do
#[utoipa::path(get, path = "/v1/privacy/objections", operation_id = "objection_list", tag = "privacy", responses((status = 200, body = Objections)))]
async fn objection_list(cx: Cx, at: Scope<ObjectionList>) -> Result<Json<Objections>> {
    super::list(&cx, person(&at)?).await.map(Json)
}

/// Take an objection back
#[utoipa::path(delete, path = "/v1/privacy/objections/{purpose}", operation_id = "objection_delete", tag = "privacy", params(("purpose" = String, Path)), responses((status = 200, body = Objections)))]
async fn objection_delete(cx: Cx, at: Scope<ObjectionDelete>, Path(purpose): Path<String>) -> Result<Json<Objections>> {
    super::delete(&cx, &at, &purpose).await.map(Json)
}
