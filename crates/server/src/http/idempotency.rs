//! Gives every request its context and makes POSTs with an `Idempotency-Key` safe to repeat.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::cx::RequestInfo;
use kernel::http::Credentials;
use kernel::idempotency::{Answer, Claim};
use kernel::{Cx, Error};

/// An answer that is larger is not kept for repeating.
const ANSWER_LIMIT: usize = 1024 * 1024;
const KEY_LIMIT: usize = 255;

/// Wraps the routes.
pub(crate) async fn idempotent(State(cx): State<Cx>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let info = parts.extensions.get::<RequestInfo>().cloned().unwrap_or_default();
    let key = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let Some(key) = key.filter(|_| parts.method == Method::POST) else {
        parts.extensions.insert(cx.for_request(info, None));
        return next.run(Request::from_parts(parts, body)).await;
    };
    if key.is_empty() || key.len() > KEY_LIMIT {
        return Error::invalid("Idempotency-Key", "use 1 to 255 characters").into_response();
    }
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Error::invalid("", "the body ended too early").into_response();
    };
    let credentials = Credentials::of(&parts);
    let caller = credentials.bearer.or(credentials.session).or(info.ip.map(|ip| ip.to_string())).unwrap_or_default();
    let route = format!("{} {}", parts.method, parts.uri);
    let claimed = async || {
        let claim = Claim::new(&cx, &caller, &route, &key, &bytes)?;
        Ok::<_, Error>((claim.answer(&cx).await?, claim))
    };
    let claim = match claimed().await {
        Ok((Some(answer), _)) => return again(answer),
        Ok((None, claim)) => Arc::new(claim),
        Err(error) => return error.into_response(),
    };
    parts.extensions.insert(cx.for_request(info, Some(claim.clone())));
    let response = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    // A refusal stored nothing, so the same key may be used for the corrected request.
    if !response.status().is_success() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, ANSWER_LIMIT).await else { return Response::from_parts(parts, Body::empty()) };
    let answer = Answer { status: parts.status.as_u16(), body: body.to_vec() };
    if let Err(error) = claim.keep(&cx, &answer).await {
        tracing::warn!(error = %error.chain(), "an answer could not be kept for retries");
    }
    Response::from_parts(parts, Body::from(body))
}

fn again(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}
