//! Password resets over HTTP.

use axum::http::StatusCode;
use kernel::http::Json;
use kernel::{Cx, Result};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::PasswordResetCompletion;

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(password_reset_ask)).routes(routes!(password_reset_complete))
}

/// Whom to mail a reset link.
#[derive(Deserialize, ToSchema)]
struct PasswordResetAsk {
    /// The address of the account.
    email: String,
}

/// Ask for a reset mail. The answer is the same whether the address has an account or not.
#[utoipa::path(post, path = "/v1/password-resets", operation_id = "password_reset_ask", tag = "identity", request_body = PasswordResetAsk, responses((status = 202)))]
async fn password_reset_ask(cx: Cx, Json(ask): Json<PasswordResetAsk>) -> Result<StatusCode> {
    super::ask(&cx, &ask.email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Use a reset link; every session ends.
#[utoipa::path(post, path = "/v1/password-resets/complete", operation_id = "password_reset_complete", tag = "identity", request_body = PasswordResetCompletion, responses((status = 204)))]
async fn password_reset_complete(cx: Cx, Json(completion): Json<PasswordResetCompletion>) -> Result<StatusCode> {
    super::complete(&cx, &completion).await?;
    Ok(StatusCode::NO_CONTENT)
}
