//! `GET /v1/privacy/notices`, `POST /v1/privacy/notices/{id}/see`.

use axum::http::StatusCode;
use kernel::http::{Json, Path, Problem};
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;

use super::model::{Notice, NoticeId};
use crate::permissions::{NoticeList, NoticeSee};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(utoipa_axum::routes!(notice_list)).routes(utoipa_axum::routes!(notice_see))
}

/// Which changes of the policy you were told of, how and when
#[utoipa::path(get, path = "/v1/privacy/notices", operation_id = "notice_list", tag = "privacy", responses((status = 200, body = Vec<Notice>)))]
async fn notice_list(cx: Cx, at: Scope<NoticeList>) -> Result<Json<Vec<Notice>>> {
    super::list(&cx, &at).await.map(Json)
}

/// Say that you saw a notice
///
/// It agrees to nothing: what is optional waits for a choice of its own.
#[utoipa::path(post, path = "/v1/privacy/notices/{id}/see", operation_id = "notice_see", tag = "privacy",
    params(("id" = NoticeId, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn notice_see(cx: Cx, at: Scope<NoticeSee>, Path(id): Path<NoticeId>) -> Result<StatusCode> {
    super::see(&cx, &at, id).await.map(|()| StatusCode::NO_CONTENT)
}
