//! Extractors: `Cx`, `Scope<P>`, and JSON, path and query whose errors name the field.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{CSRF_HEADER, SESSION_COOKIE, SESSION_COOKIE_PLAIN};
use crate::cx::{Cx, RequestInfo};
use crate::error::{Error, Result};
use crate::id::{OrganisationId, ProjectId};
use crate::permission::{Permission, PermissionInfo};
use crate::scope::{Granted, Scope};

/// What a request brings to prove who sends it.
#[derive(Clone, Default)]
pub struct Credentials {
    /// Value of the session cookie.
    pub session: Option<String>,
    /// Token of the `Authorization: Bearer` header.
    pub bearer: Option<String>,
    /// Value of the CSRF header.
    pub csrf: Option<String>,
    /// True for methods that change nothing (RFC 9110 §9.2.1).
    pub safe_method: bool,
}

/// What a route asks the authority for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The permission.
    pub permission: PermissionInfo,
    /// The project that the request names.
    pub project: Option<ProjectId>,
    /// The organisation that the request names.
    pub organisation: Option<OrganisationId>,
}

/// Decides who may do what. The identity domain implements it; tests stand in for it.
pub trait Authority: Send + Sync {
    /// Finds out who sends `credentials` and whether they hold `wanted`, and where.
    ///
    /// # Errors
    /// `Unauthenticated`, `Denied`, `NotFound` where existence is private, `Invalid` when the
    /// request must name a project or organisation.
    fn grant<'a>(&'a self, cx: &'a Cx, credentials: &'a Credentials, wanted: Wanted) -> BoxFuture<'a, Result<Granted>>;
}

impl Credentials {
    /// Reads them from a request's head.
    pub fn of(parts: &Parts) -> Self {
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let cookie = |wanted: &str| {
            parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(';')).find_map(|pair| {
                let (name, value) = pair.trim().split_once('=')?;
                (name == wanted).then(|| value.to_owned())
            })
        };
        Self {
            session: cookie(SESSION_COOKIE).or_else(|| cookie(SESSION_COOKIE_PLAIN)),
            bearer: header("authorization").and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned),
            csrf: header(CSRF_HEADER).map(str::to_owned),
            safe_method: parts.method.is_safe(),
        }
    }
}

impl FromRequestParts<Cx> for Cx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, cx: &Cx) -> Result<Self> {
        // The server's layer leaves a context for this request; without it the shared one serves.
        if let Some(own) = parts.extensions.get::<Cx>() {
            return Ok(own.clone());
        }
        let info = parts.extensions.get::<RequestInfo>().cloned().unwrap_or_default();
        Ok(cx.for_request(info, None))
    }
}

impl FromRequestParts<Cx> for Credentials {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Cx) -> Result<Self> {
        Ok(Self::of(parts))
    }
}

#[derive(serde::Deserialize)]
struct TenancyQuery {
    project: Option<String>,
    organisation: Option<String>,
}

impl<P: Permission> FromRequestParts<Cx> for Scope<P> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, cx: &Cx) -> Result<Self> {
        let axum::extract::Query(names) =
            axum::extract::Query::<TenancyQuery>::try_from_uri(&parts.uri).map_err(|_| Error::invalid("project", "name one project at most"))?;
        let wanted = Wanted {
            permission: P::INFO,
            project: names.project.map(|text| text.parse().map_err(|_| Error::invalid("project", "use an id of the form prj_…"))).transpose()?,
            organisation: names.organisation.map(|text| text.parse().map_err(|_| Error::invalid("organisation", "use an id of the form org_…"))).transpose()?,
        };
        let granted = cx.authority().grant(cx, &Credentials::of(parts), wanted).await?;
        Self::proven(granted)
    }
}

/// JSON in and out; what cannot be read names the field that is wrong.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Cx> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, cx: &Cx) -> Result<Self> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.split(';').next().unwrap_or("").trim().ends_with("json"));
        if !is_json {
            return Err(Error::invalid("", "send JSON with the header Content-Type: application/json"));
        }
        let bytes = axum::body::Bytes::from_request(request, cx).await.map_err(|_| Error::invalid("", "the body ended too early"))?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        serde_path_to_error::deserialize(&mut reader).map(Self).map_err(|error| {
            let field = error.path().to_string();
            let field = if field == "." { "" } else { field.as_str() };
            Error::invalid(field, plain_words(error.inner()))
        })
    }
}

/// serde's message without the position, which means nothing to a form.
fn plain_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text).to_owned();
    if error.is_syntax() || error.is_eof() { format!("this is not JSON: {text}") } else { text }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Path parameters; a malformed id is an unknown thing.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Cx> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, cx: &Cx) -> Result<Self> {
        axum::extract::Path::<T>::from_request_parts(parts, cx).await.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Error::not_found("thing"))
    }
}

/// Query parameters.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Cx> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Cx) -> Result<Self> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|error| Error::invalid("query", error.body_text()))
    }
}
