//! `GET /v1/laws`: public; which rights somebody has where.

use kernel::http::{Json, Query};
use kernel::{Cx, Result};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;

use super::Rights;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(utoipa_axum::routes!(law_list))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct LawQuery {
    /// Where somebody lives: ISO 3166, such as `DE` or `US-CA`.
    place: Option<String>,
}

/// Rights by law
///
/// The laws that apply to somebody who lives in `place`, with their rights, and who watches over them.
#[utoipa::path(get, path = "/v1/laws", operation_id = "law_list", tag = "privacy", params(LawQuery), responses((status = 200, body = Rights)))]
async fn law_list(cx: Cx, Query(query): Query<LawQuery>) -> Result<Json<Rights>> {
    super::list(&cx, query.place.as_deref()).await.map(Json)
}
