//! The billing clock over HTTP.

use kernel::http::{Json, Problem};
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::advance;
use super::model::{TestClock, TestClockAdvance};
use crate::permissions::{ClockAdvance, ClockView};

/// The routes of accounts.
pub fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(test_clock_view)).routes(routes!(test_clock_advance))
}

/// The organisation's billing clock.
#[utoipa::path(
    get,
    path = "/v1/billing/test-clock",
    operation_id = "test_clock_view",
    tag = "billing",
    params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation")),
    responses((status = 200, body = TestClock), (status = 401, body = Problem))
)]
async fn test_clock_view(cx: Cx, at: Scope<ClockView>) -> Result<Json<TestClock>> {
    Ok(Json(advance::view(&cx, &at).await?))
}

/// Moves the billing clock forward and invoices what has ended; only with the test provider.
#[utoipa::path(
    post,
    path = "/v1/billing/test-clock/advance",
    operation_id = "test_clock_advance",
    tag = "billing",
    params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation")),
    request_body = TestClockAdvance,
    responses((status = 200, body = TestClock), (status = 403, body = Problem), (status = 422, body = Problem))
)]
async fn test_clock_advance(cx: Cx, at: Scope<ClockAdvance>, Json(wanted): Json<TestClockAdvance>) -> Result<Json<TestClock>> {
    Ok(Json(advance::advance(&cx, &at, wanted.to).await?))
}
