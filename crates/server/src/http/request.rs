//! The outermost layer: gives each request an id, logs it without personal values, and writes the
//! id into error bodies so that people can name it when they ask for help.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use kernel::cx::RequestInfo;
use kernel::db::STATEMENTS;

use super::Door;

const REQUEST_ID: &str = "x-request-id";
/// Error bodies are small; anything larger is not ours to rewrite.
const PROBLEM_LIMIT: usize = 64 * 1024;

/// Wraps everything.
pub(crate) async fn identified(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let id = door.cx.new_uuid().simple().to_string();
    let began = Instant::now();
    let method = request.method().clone();
    // The pattern, not the path: paths hold ids.
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let info = RequestInfo {
        id: id.clone(),
        ip: door.clients.of(&request),
        agent: request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(super::agent::reduce),
    };
    let network = info.network();
    request.extensions_mut().insert(info);
    let statements = Arc::new(AtomicU64::new(0));
    let response = STATEMENTS.scope(statements.clone(), next.run(request)).await;
    let (status, took, statements) = (response.status().as_u16(), began.elapsed(), statements.load(Ordering::Relaxed));
    tracing::info!(request_id = %id, %method, route, status, elapsed_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX), statements, network, "request");
    door.figures.request(method.as_str(), &route, status, took, statements);
    let mut response = named(response, &id).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if let Ok(value) = HeaderValue::from_str(&statements.to_string()) {
        response.headers_mut().insert("server-timing-statements", value);
    }
    response
}

async fn named(response: Response, id: &str) -> Response {
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value == "application/problem+json");
    if !is_problem {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, PROBLEM_LIMIT).await else { return Response::from_parts(parts, Body::empty()) };
    let body = match serde_json::from_slice::<serde_json::Value>(&bytes) {
        Ok(serde_json::Value::Object(mut problem)) => {
            problem.insert("request_id".to_owned(), id.into());
            serde_json::Value::Object(problem).to_string().into_bytes()
        }
        _ => bytes.to_vec(),
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}
