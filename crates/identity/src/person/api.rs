//! Sign-up and the signed-in person over HTTP.

use axum::http::StatusCode;
use kernel::http::{Credentials, Json};
use kernel::{Cx, Error, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Me, PasswordChange, PersonPatch, SignUp};
use crate::permissions::{PasswordUpdate, PersonUpdate, PersonView};

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(person_sign_up)).routes(routes!(person_view, person_update)).routes(routes!(password_update))
}

/// Sign up. The answer is the same whether the address has an account or not.
#[utoipa::path(post, path = "/v1/sign-up", operation_id = "person_sign_up", tag = "identity", request_body = SignUp, responses((status = 202, description = "Look into your mail")))]
async fn person_sign_up(cx: Cx, Json(new): Json<SignUp>) -> Result<StatusCode> {
    super::sign_up(&cx, &new).await?;
    Ok(StatusCode::ACCEPTED)
}

/// The signed-in person with their organisations and projects.
#[utoipa::path(get, path = "/v1/me", operation_id = "person_view", tag = "identity", responses((status = 200, body = Me)))]
async fn person_view(cx: Cx, at: Scope<PersonView>, credentials: Credentials) -> Result<Json<Me>> {
    me(&cx, &at, &credentials).await.map(Json)
}

/// Change one's own name.
#[utoipa::path(patch, path = "/v1/me", operation_id = "person_update", tag = "identity", request_body = PersonPatch, responses((status = 200, body = Me)))]
async fn person_update(cx: Cx, at: Scope<PersonUpdate>, credentials: Credentials, Json(patch): Json<PersonPatch>) -> Result<Json<Me>> {
    super::update(&cx, &at, &patch).await?;
    me(&cx, &at, &credentials).await.map(Json)
}

/// Change one's own password; every other session ends.
#[utoipa::path(post, path = "/v1/me/password", operation_id = "password_update", tag = "identity", request_body = PasswordChange, responses((status = 204)))]
async fn password_update(cx: Cx, at: Scope<PasswordUpdate>, credentials: Credentials, Json(change): Json<PasswordChange>) -> Result<StatusCode> {
    super::change_password(&cx, &at, &change, credentials.session.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn me<P: kernel::permission::Permission>(cx: &Cx, at: &Scope<P>, credentials: &Credentials) -> Result<Me> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    // A bearer token wins over a cookie, and needs no CSRF token.
    let session = credentials.session.as_deref().filter(|_| credentials.bearer.is_none());
    super::view(cx, at, person, session).await
}
