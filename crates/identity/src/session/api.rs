//! Signing in and out over HTTP.

use axum::http::{HeaderMap, StatusCode};
use kernel::http::{Credentials, Json, Path, Query};
use kernel::{Cx, Error, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{CookieSecurity, NewSession, Session, SessionId, Which};
use crate::permissions::{SessionCreate, SessionDelete, SessionList};
use crate::person::Me;

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(session_list, session_create, session_delete_others)).routes(routes!(session_end)).routes(routes!(session_delete))
}

/// Sign in. The session is in a cookie that scripts cannot read.
#[utoipa::path(post, path = "/v1/sessions", operation_id = "session_create", tag = "identity", request_body = NewSession, responses((status = 201, body = Me)))]
async fn session_create(cx: Cx, credentials: Credentials, Json(new): Json<NewSession>) -> Result<(StatusCode, HeaderMap, Json<Me>)> {
    let signed_in = super::create(&cx, &new, credentials.session.as_deref()).await?;
    let at = Scope::<SessionCreate>::by_oneself(signed_in.person);
    let me = crate::person::view(&cx, &at, signed_in.person, Some(&signed_in.secret)).await?;
    Ok((StatusCode::CREATED, HeaderMap::from_iter([cookie_security(&cx).set(&signed_in.secret)]), Json(me)))
}

/// Where one is signed in.
#[utoipa::path(get, path = "/v1/sessions", operation_id = "session_list", tag = "identity", params(PageQuery), responses((status = 200, body = Page<Session>)))]
async fn session_list(cx: Cx, at: Scope<SessionList>, credentials: Credentials, Query(query): Query<PageQuery>) -> Result<Json<Page<Session>>> {
    super::list(&cx, &at, &query, credentials.session.as_deref()).await.map(Json)
}

/// Sign out here.
#[utoipa::path(delete, path = "/v1/sessions/current", operation_id = "session_end", tag = "identity", responses((status = 204)))]
async fn session_end(cx: Cx, at: Scope<SessionDelete>, credentials: Credentials) -> Result<(StatusCode, HeaderMap)> {
    let secret = credentials.session.ok_or_else(|| Error::not_found("session"))?;
    super::delete(&cx, &at, Which::Current(&secret)).await?;
    Ok((StatusCode::NO_CONTENT, HeaderMap::from_iter([cookie_security(&cx).unset()])))
}

/// Sign out on one device.
#[utoipa::path(delete, path = "/v1/sessions/{id}", operation_id = "session_delete", tag = "identity", params(("id" = SessionId, Path)), responses((status = 204)))]
async fn session_delete(cx: Cx, at: Scope<SessionDelete>, Path(id): Path<SessionId>) -> Result<StatusCode> {
    super::delete(&cx, &at, Which::One(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sign out everywhere but here.
#[utoipa::path(delete, path = "/v1/sessions", operation_id = "session_delete_others", tag = "identity", responses((status = 204)))]
async fn session_delete_others(cx: Cx, at: Scope<SessionDelete>, credentials: Credentials) -> Result<StatusCode> {
    super::delete_others(&cx, &at, credentials.session.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The stricter form unless the server was told that it is on plain http.
fn cookie_security(cx: &Cx) -> CookieSecurity {
    cx.extension::<CookieSecurity>().map(|security| *security).unwrap_or_default()
}
