//! Quotes over HTTP.

use billing::quote::Quote;
use kernel::http::Json;
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::create::{NewQuote, create};
use crate::permissions::QuoteCreate;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(quote_create))
}

/// What an order would cost now.
#[utoipa::path(post, path = "/v1/quotes", operation_id = "quote_create", tag = "catalogue", request_body = NewQuote, responses((status = 200, body = Quote)))]
async fn quote_create(cx: Cx, at: Scope<QuoteCreate>, Json(new): Json<NewQuote>) -> Result<Json<Quote>> {
    Ok(Json(create(&cx, &at, new).await?))
}
