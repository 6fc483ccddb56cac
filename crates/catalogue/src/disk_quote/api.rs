//! Quotes of extra disks over HTTP.

use billing::quote::Quote;
use kernel::http::Json;
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::create::{NewDiskQuote, create};
use crate::permissions::DiskQuoteCreate;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(disk_quote_create))
}

/// What an extra disk would cost in a month. It is billed by the hour, from when it is there until it is deleted.
#[utoipa::path(post, path = "/v1/disk-quotes", operation_id = "disk_quote_create", tag = "catalogue", request_body = NewDiskQuote, responses((status = 200, body = Quote)))]
async fn disk_quote_create(cx: Cx, at: Scope<DiskQuoteCreate>, Json(new): Json<NewDiskQuote>) -> Result<Json<Quote>> {
    Ok(Json(create(&cx, &at, new).await?))
}
