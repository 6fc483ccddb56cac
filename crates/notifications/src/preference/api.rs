//! Preferences over HTTP.

use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::get;
use kernel::http::{Json, Path};
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{PreferenceUpdate as Update, Preferences};
use crate::permissions::{PreferenceUpdate, PreferenceView};

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(preference_view, preference_update))
        .routes(routes!(preference_unsubscribe))
        // People whose mail program opens the link instead of posting to it choose on the page.
        .route("/v1/unsubscribe/{token}", get(async || Redirect::to("/app/settings/notifications")))
}

/// Which topics reach one on which channel.
#[utoipa::path(get, path = "/v1/notification-preferences", operation_id = "preference_view", tag = "notifications", responses((status = 200, body = Preferences)))]
async fn preference_view(cx: Cx, at: Scope<PreferenceView>) -> Result<Json<Preferences>> {
    super::view(&cx, &at).await.map(Json)
}

/// Change which topics reach one on which channel.
#[utoipa::path(put, path = "/v1/notification-preferences", operation_id = "preference_update", tag = "notifications", request_body = Update, responses((status = 200, body = Preferences)))]
async fn preference_update(cx: Cx, at: Scope<PreferenceUpdate>, Json(new): Json<Update>) -> Result<Json<Preferences>> {
    super::update(&cx, &at, &new).await.map(Json)
}

/// Switch mails of one topic off, with the link in a mail (RFC 8058).
#[utoipa::path(post, path = "/v1/unsubscribe/{token}", operation_id = "preference_unsubscribe", tag = "notifications", params(("token" = String, Path)), responses((status = 204)))]
async fn preference_unsubscribe(cx: Cx, Path(token): Path<String>) -> Result<StatusCode> {
    super::unsubscribe(&cx, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}
