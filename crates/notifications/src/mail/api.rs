//! `GET /demo/mailbox`.

use axum::http::header::{CACHE_CONTROL, REFERRER_POLICY};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use kernel::{Cx, Result};
use utoipa_axum::router::OpenApiRouter;

use super::mailbox::mailbox;

/// The routes of mails. The page is for people, so it is not in the OpenAPI document.
pub fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().route("/demo/mailbox", get(demo_mailbox))
}

async fn demo_mailbox(cx: Cx) -> Result<Response> {
    Ok(([(CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")], Html(mailbox(&cx).await?)).into_response())
}
