//! Orders over HTTP.

use axum::http::StatusCode;
use billing::payment::PaymentState;
use billing::permissions::{PaymentConfirm, PaymentView};
use kernel::http::{Credentials, Json, Path, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{NewOrder, Order, OrderId, OrderRetry};
use super::{cancel, create, list, retry};
use crate::permissions;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(order_list, order_create)).routes(routes!(order_view)).routes(routes!(order_retry)).routes(routes!(order_cancel))
}

/// The orders of a project, newest first.
#[utoipa::path(get, path = "/v1/orders", operation_id = "order_list", tag = "catalogue", params(PageQuery), responses((status = 200, body = Page<Order>)))]
async fn order_list(cx: Cx, at: Scope<permissions::OrderView>, Query(query): Query<PageQuery>) -> Result<Json<Page<Order>>> {
    Ok(Json(list::list(&cx, &at, &query).await?))
}

/// Orders a machine.
#[utoipa::path(post, path = "/v1/orders", operation_id = "order_create", tag = "catalogue", request_body = NewOrder, responses((status = 202, body = Order)))]
async fn order_create(cx: Cx, at: Scope<permissions::OrderCreate>, Json(new): Json<NewOrder>) -> Result<(StatusCode, Json<Order>)> {
    Ok((StatusCode::ACCEPTED, Json(create::create(&cx, &at, &new).await?)))
}

/// One order.
#[utoipa::path(get, path = "/v1/orders/{id}", operation_id = "order_view", tag = "catalogue", params(("id" = OrderId, Path)), responses((status = 200, body = Order)))]
async fn order_view(cx: Cx, at: Scope<permissions::OrderView>, Path(id): Path<OrderId>) -> Result<Json<Order>> {
    Ok(Json(list::view(&cx, &at, id).await?))
}

/// Tries an order again that was not paid or whose machine could not be set up.
#[utoipa::path(post, path = "/v1/orders/{id}/retry", operation_id = "order_retry", tag = "catalogue", params(("id" = OrderId, Path)), request_body = OrderRetry, responses((status = 202, body = Order)))]
async fn order_retry(cx: Cx, at: Scope<permissions::OrderRetry>, Path(id): Path<OrderId>, Json(new): Json<OrderRetry>) -> Result<(StatusCode, Json<Order>)> {
    Ok((StatusCode::ACCEPTED, Json(retry::retry(&cx, &at, id, new.payment_method).await?)))
}

/// Cancels an order that is not paid. A payment that waits for a word is cancelled with it.
#[utoipa::path(post, path = "/v1/orders/{id}/cancel", operation_id = "order_cancel", tag = "catalogue", params(("id" = OrderId, Path)), responses((status = 200, body = Order)))]
async fn order_cancel(cx: Cx, at: Scope<permissions::OrderCancel>, credentials: Credentials, Path(id): Path<OrderId>) -> Result<Json<Order>> {
    let order = cancel::cancel(&cx, &at, id).await?;
    if let Some(payment) = order.payment_id {
        let organisation = Some(at.organisation_id()?);
        let seen = Scope::<PaymentView>::ask(&cx, &credentials, None, organisation).await?;
        if billing::payment::view(&cx, &seen, payment).await?.state == PaymentState::RequiresAction {
            let may = Scope::<PaymentConfirm>::ask(&cx, &credentials, None, organisation).await?;
            billing::payment::confirm(&cx, &may, payment, false).await?;
        }
    }
    Ok(Json(order))
}
