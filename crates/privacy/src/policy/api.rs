//! `GET /v1/policy?format=`, and the retention table for programs.

use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::http::Query;
use kernel::{Cx, Result};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;

use super::render::Format;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(utoipa_axum::routes!(policy_view)).route("/privacy/retention.json", get(retention))
}

#[derive(Debug, Deserialize)]
struct Wanted {
    format: Option<String>,
}

/// The published policy
#[utoipa::path(get, path = "/v1/policy", operation_id = "policy_view", tag = "privacy",
    params(("format" = Option<String>, Query, description = "json (default), md, html, fideslang or dpv")),
    responses((status = 200, description = "the policy in that form", body = super::document::Document)))]
async fn policy_view(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Response> {
    let format = wanted.format.as_deref().map_or(Ok(Format::Json), str::parse)?;
    let text = super::published(&cx, format).await?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static(format.media_type()))], text).into_response())
}

/// The same numbers that the sweeper reads.
async fn retention(cx: Cx) -> axum::Json<serde_json::Value> {
    let tables: serde_json::Map<String, serde_json::Value> =
        cx.map().tables.values().map(|table| (table.name.to_owned(), serde_json::json!(super::document::term(table)))).collect();
    axum::Json(serde_json::Value::Object(tables))
}
