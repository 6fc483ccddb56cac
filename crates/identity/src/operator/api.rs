//! The set-up over HTTP.

use axum::http::StatusCode;
use kernel::http::Json;
use kernel::{Cx, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Demo, SetUp, SetUpState};

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(setup_view, setup_complete))
}

/// Whether the set-up has to be done.
#[utoipa::path(get, path = "/v1/setup", operation_id = "setup_view", tag = "identity", responses((status = 200, body = SetUpState)))]
async fn setup_view(cx: Cx) -> Result<Json<SetUpState>> {
    let demo = cx.extension::<Demo>().map(|demo| demo.0).unwrap_or_default();
    Ok(Json(SetUpState { needed: super::is_needed(cx.db()).await?, demo }))
}

/// Say who runs the installation and make its owner. Works once, with the link of the first start.
#[utoipa::path(post, path = "/v1/setup", operation_id = "setup_complete", tag = "identity", request_body = SetUp, responses((status = 201)))]
async fn setup_complete(cx: Cx, Json(new): Json<SetUp>) -> Result<StatusCode> {
    super::set_up(&cx, &new).await?;
    Ok(StatusCode::CREATED)
}
