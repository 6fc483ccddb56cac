//! The history of sign-ins over HTTP.

use kernel::http::{Json, Query};
use kernel::map::purpose;
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::SignIn;
use crate::permissions::SignInList;

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(sign_in_list))
}

/// Who tried to sign in to one's account, and from where; wrong attempts too.
#[utoipa::path(get, path = "/v1/sign-ins", operation_id = "sign_in_list", tag = "identity", params(PageQuery), responses((status = 200, body = Page<SignIn>)))]
async fn sign_in_list(cx: Cx, at: Scope<SignInList>, Query(query): Query<PageQuery>) -> Result<Json<Page<SignIn>>> {
    super::list(&cx, &at, &purpose::ACCOUNT, &query).await.map(Json)
}
