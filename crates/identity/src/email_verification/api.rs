//! E-mail verifications over HTTP.

use axum::http::StatusCode;
use kernel::http::Json;
use kernel::{Cx, Result};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(email_verification_complete)).routes(routes!(email_verification_ask))
}

/// What a verification link holds.
#[derive(Deserialize, ToSchema)]
struct EmailVerification {
    /// The part of the link after `#`.
    token: String,
}

/// Whom to mail another link.
#[derive(Deserialize, ToSchema)]
struct EmailVerificationAsk {
    /// The address of the account.
    email: String,
}

/// Use a verification link.
#[utoipa::path(post, path = "/v1/email-verifications", operation_id = "email_verification_complete", tag = "identity", request_body = EmailVerification, responses((status = 200)))]
async fn email_verification_complete(cx: Cx, Json(link): Json<EmailVerification>) -> Result<StatusCode> {
    super::complete(&cx, &link.token).await?;
    Ok(StatusCode::OK)
}

/// Ask for another verification mail. The answer is the same whether the address has an account or not.
#[utoipa::path(post, path = "/v1/email-verifications/resend", operation_id = "email_verification_ask", tag = "identity", request_body = EmailVerificationAsk, responses((status = 202)))]
async fn email_verification_ask(cx: Cx, Json(ask): Json<EmailVerificationAsk>) -> Result<StatusCode> {
    super::ask(&cx, &ask.email).await?;
    Ok(StatusCode::ACCEPTED)
}
