//! Changes of address over HTTP.

use axum::http::StatusCode;
use kernel::http::Json;
use kernel::{Cx, Result, Scope};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::NewEmailChange;
use crate::permissions::{EmailChangeCreate, EmailChangeDelete};

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(email_change_create, email_change_delete)).routes(routes!(email_change_complete))
}

/// What the link of a change holds.
#[derive(Deserialize, ToSchema)]
struct EmailChangeLink {
    /// The part of the link after `#`.
    token: String,
}

/// Ask for another e-mail address. A link goes to it, and a notice to the present one, which stays in force until the link was used.
/// The answer is the same whether the address has an account or not.
#[utoipa::path(post, path = "/v1/me/email-change", operation_id = "email_change_create", tag = "identity", request_body = NewEmailChange, responses((status = 202, description = "Look into the mail of the new address")))]
async fn email_change_create(cx: Cx, at: Scope<EmailChangeCreate>, Json(new): Json<NewEmailChange>) -> Result<StatusCode> {
    super::create(&cx, &at, &new).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Take back a change of address that waits for its link to be used.
#[utoipa::path(delete, path = "/v1/me/email-change", operation_id = "email_change_delete", tag = "identity", responses((status = 204)))]
async fn email_change_delete(cx: Cx, at: Scope<EmailChangeDelete>) -> Result<StatusCode> {
    super::delete(&cx, &at).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Use the link of a change of address.
#[utoipa::path(post, path = "/v1/email-changes", operation_id = "email_change_complete", tag = "identity", request_body = EmailChangeLink, responses((status = 200)))]
async fn email_change_complete(cx: Cx, Json(link): Json<EmailChangeLink>) -> Result<StatusCode> {
    super::complete(&cx, &link.token).await?;
    Ok(StatusCode::OK)
}
