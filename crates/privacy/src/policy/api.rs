//! `GET /v1/policy`, its versions, and the retention table for programs.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::http::{Json, Path, Problem, Query};
use kernel::{Cx, Error, Result, Timestamp};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;

use super::render::Format;
use super::versions::{self, Summary, VersionView};
use super::{Which, published};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(utoipa_axum::routes!(policy_view))
        .routes(utoipa_axum::routes!(policy_version_list))
        .routes(utoipa_axum::routes!(policy_version_view))
        .route("/privacy/retention.json", get(retention))
}

#[derive(Debug, Deserialize)]
struct Wanted {
    format: Option<String>,
    version: Option<i64>,
    at: Option<String>,
}

impl Wanted {
    fn which(&self) -> Result<Which> {
        match (self.version, self.at.as_deref()) {
            (Some(_), Some(_)) => Err(Error::invalid("at", "name a version or a date, not both")),
            (Some(number), None) => Ok(Which::Number(number)),
            (None, Some(at)) => Ok(Which::At(instant(at)?)),
            (None, None) => Ok(Which::InForce),
        }
    }
}

/// An instant, or the end of a day (UTC): what was in force on that day is what it ended with.
fn instant(text: &str) -> Result<Timestamp> {
    let of_day = || format!("{text}T23:59:59.999999Z").parse();
    text.parse().or_else(|_| of_day()).map_err(|_| Error::invalid("at", "use a day such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z"))
}

/// The published policy
///
/// The bytes are those that were published; their SHA-256 is the ETag and stands in the log.
#[utoipa::path(get, path = "/v1/policy", operation_id = "policy_view", tag = "privacy",
    params(("format" = Option<String>, Query, description = "json (default), md, html, fideslang or dpv"),
        ("version" = Option<i64>, Query, description = "the version of this number; the one in force if not given"),
        ("at" = Option<String>, Query, description = "the version that was in force on that day or at that time")),
    responses((status = 200, description = "the policy in that form", body = super::document::Document), (status = 404, body = Problem)))]
async fn policy_view(cx: Cx, headers: HeaderMap, Query(wanted): Query<Wanted>) -> Result<Response> {
    let format = wanted.format.as_deref().map_or(Ok(Format::Json), str::parse)?;
    let (text, hash) = published(&cx, wanted.which()?, format).await?;
    let tag = HeaderValue::try_from(format!("\"{hash}\"")).map_err(|error| Error::internal("a hash that is no header").caused_by(error))?;
    // A version never changes; which one is in force does.
    let cache = if wanted.version.is_some() { "public, max-age=31536000, immutable" } else { "public, no-cache" };
    let head = [(ETAG, tag.clone()), (CACHE_CONTROL, HeaderValue::from_static(cache))];
    if headers.get(IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    Ok((head, [(CONTENT_TYPE, HeaderValue::from_static(format.media_type()))], text).into_response())
}

/// The versions of the policy, newest first
#[utoipa::path(get, path = "/v1/policy/versions", operation_id = "policy_version_list", tag = "privacy", responses((status = 200, body = Vec<Summary>)))]
async fn policy_version_list(cx: Cx) -> Result<Json<Vec<Summary>>> {
    versions::list(&cx).await.map(Json)
}

/// One version, what changed in it, and the proof that it is on the log
#[utoipa::path(get, path = "/v1/policy/versions/{number}", operation_id = "policy_version_view", tag = "privacy",
    params(("number" = i64, Path, description = "1, 2, 3 …")), responses((status = 200, body = VersionView), (status = 404, body = Problem)))]
async fn policy_version_view(cx: Cx, Path(number): Path<i64>) -> Result<Json<VersionView>> {
    versions::view(&cx, number).await.map(Json)
}

/// The same numbers that the sweeper reads.
async fn retention(cx: Cx) -> axum::Json<serde_json::Value> {
    let tables: serde_json::Map<String, serde_json::Value> =
        cx.map().tables.values().map(|table| (table.name.to_owned(), serde_json::json!(super::document::term(table)))).collect();
    axum::Json(serde_json::Value::Object(tables))
}
