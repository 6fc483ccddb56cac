//! Payments over HTTP.

use kernel::http::{Json, Path, Problem, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{PaymentAnswer, PaymentId, PaymentView};
use crate::permissions::{PaymentConfirm, PaymentView as ViewPermission};

/// The routes of payments.
pub fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(payment_list)).routes(routes!(payment_view)).routes(routes!(payment_confirm))
}

/// Payments, newest first.
#[utoipa::path(
    get,
    path = "/v1/payments",
    operation_id = "payment_list",
    tag = "billing",
    params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation"), PageQuery),
    responses((status = 200, body = Page<PaymentView>), (status = 401, body = Problem))
)]
async fn payment_list(cx: Cx, at: Scope<ViewPermission>, Query(query): Query<PageQuery>) -> Result<Json<Page<PaymentView>>> {
    Ok(Json(super::list(&cx, &at, &query).await?))
}

/// One payment.
#[utoipa::path(
    get,
    path = "/v1/payments/{id}",
    operation_id = "payment_view",
    tag = "billing",
    params(("id" = PaymentId, Path, description = "The payment")),
    responses((status = 200, body = PaymentView), (status = 404, body = Problem))
)]
async fn payment_view(cx: Cx, at: Scope<ViewPermission>, Path(id): Path<PaymentId>) -> Result<Json<PaymentView>> {
    Ok(Json(super::view(&cx, &at, id).await?))
}

/// The payer's word on a payment that waits for it.
#[utoipa::path(
    post,
    path = "/v1/payments/{id}/confirm",
    operation_id = "payment_confirm",
    tag = "billing",
    params(("id" = PaymentId, Path, description = "The payment")),
    request_body = PaymentAnswer,
    responses((status = 200, body = PaymentView), (status = 404, body = Problem), (status = 409, body = Problem))
)]
async fn payment_confirm(cx: Cx, at: Scope<PaymentConfirm>, Path(id): Path<PaymentId>, Json(answer): Json<PaymentAnswer>) -> Result<Json<PaymentView>> {
    Ok(Json(super::confirm(&cx, &at, id, answer.accept).await?))
}
