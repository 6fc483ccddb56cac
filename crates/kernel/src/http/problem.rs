//! Errors as `application/problem+json` (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Error, FieldError, Kind};

/// The body of every error answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// `about:blank` means that the status says it all.
    pub r#type: String,
    /// Short, the same for every occurrence.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened and what to do next.
    pub detail: String,
    /// Name this when you ask for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// The status of a kind.
fn status(kind: Kind) -> (StatusCode, &'static str) {
    match kind {
        Kind::NotFound => (StatusCode::NOT_FOUND, "Not found"),
        Kind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "Invalid input"),
        Kind::Conflict => (StatusCode::CONFLICT, "Conflict"),
        Kind::Unauthenticated => (StatusCode::UNAUTHORIZED, "Not signed in"),
        Kind::Denied => (StatusCode::FORBIDDEN, "Not allowed"),
        Kind::Restricted => (StatusCode::LOCKED, "Restricted"),
        Kind::Exhausted => (StatusCode::TOO_MANY_REQUESTS, "Limit reached"),
        Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Temporarily unavailable"),
        Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "Internal error"),
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        let (status, title) = status(error.kind());
        Self {
            r#type: "about:blank".to_owned(),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: error.to_string(),
            request_id: None,
            errors: error.fields().to_vec(),
        }
    }
}

/// The request id is added by the server's outermost layer, which knows it.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if self.kind() == Kind::Internal {
            tracing::error!(error = %self.chain(), "internal error");
        } else {
            tracing::debug!(error = %self.chain(), "request refused");
        }
        let (status, _) = status(self.kind());
        let mut response = (status, axum::Json(Problem::from(&self))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(wait) = self.wait() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        response
    }
}
