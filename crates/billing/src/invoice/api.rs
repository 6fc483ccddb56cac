//! Invoices over HTTP.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::http::{Json, Path, Problem, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Invoice, InvoiceId, InvoiceSummary};
use super::pay::InvoicePay;
use crate::payment::PaymentView;
use crate::permissions::{InvoicePay as PayPermission, InvoiceView};

/// The routes of invoices.
pub fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(invoice_list))
        .routes(routes!(invoice_preview))
        .routes(routes!(invoice_archive))
        .routes(routes!(invoice_view))
        .routes(routes!(invoice_pdf))
        .routes(routes!(invoice_pay))
}

/// Invoices and credit notes, newest first.
#[utoipa::path(
    get,
    path = "/v1/invoices",
    operation_id = "invoice_list",
    tag = "billing",
    params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation"), PageQuery),
    responses((status = 200, body = Page<InvoiceSummary>), (status = 401, body = Problem))
)]
async fn invoice_list(cx: Cx, at: Scope<InvoiceView>, Query(query): Query<PageQuery>) -> Result<Json<Page<InvoiceSummary>>> {
    Ok(Json(super::list(&cx, &at, &query).await?))
}

/// The invoice that is coming, without a number.
#[utoipa::path(
    get,
    path = "/v1/invoices/preview",
    operation_id = "invoice_preview",
    tag = "billing",
    params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation")),
    responses((status = 200, body = Invoice), (status = 401, body = Problem))
)]
async fn invoice_preview(cx: Cx, at: Scope<InvoiceView>) -> Result<Json<Invoice>> {
    Ok(Json(super::preview(&cx, &at).await?))
}

/// All invoices and credit notes in one zip file: PDF, JSON and their totals.
#[utoipa::path(
    get,
    path = "/v1/invoices/archive",
    operation_id = "invoice_archive",
    tag = "billing",
    params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation")),
    responses((status = 200, content_type = "application/zip", body = Vec<u8>), (status = 401, body = Problem))
)]
async fn invoice_archive(cx: Cx, at: Scope<InvoiceView>) -> Result<Response> {
    let headers = [(header::CONTENT_TYPE, "application/zip"), (header::CONTENT_DISPOSITION, "attachment; filename=\"invoices.zip\"")];
    Ok((headers, super::archive(&cx, &at).await?).into_response())
}

/// One invoice.
#[utoipa::path(
    get,
    path = "/v1/invoices/{id}",
    operation_id = "invoice_view",
    tag = "billing",
    params(("id" = InvoiceId, Path, description = "The invoice")),
    responses((status = 200, body = Invoice), (status = 404, body = Problem))
)]
async fn invoice_view(cx: Cx, at: Scope<InvoiceView>, Path(id): Path<InvoiceId>) -> Result<Json<Invoice>> {
    Ok(Json(super::view(&cx, &at, id).await?))
}

/// The invoice as PDF; the same bytes every time.
#[utoipa::path(
    get,
    path = "/v1/invoices/{id}/pdf",
    operation_id = "invoice_pdf",
    tag = "billing",
    params(("id" = InvoiceId, Path, description = "The invoice")),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 404, body = Problem))
)]
async fn invoice_pdf(cx: Cx, at: Scope<InvoiceView>, Path(id): Path<InvoiceId>) -> Result<Response> {
    let (number, bytes) = super::pdf(&cx, &at, id).await?;
    let mut response = bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{number}.pdf\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Pays what is due on an open invoice.
#[utoipa::path(
    post,
    path = "/v1/invoices/{id}/pay",
    operation_id = "invoice_pay",
    tag = "billing",
    params(("id" = InvoiceId, Path, description = "The invoice")),
    request_body = InvoicePay,
    responses((status = 202, body = PaymentView), (status = 404, body = Problem), (status = 409, body = Problem))
)]
async fn invoice_pay(cx: Cx, at: Scope<PayPermission>, Path(id): Path<InvoiceId>, Json(how): Json<InvoicePay>) -> Result<(StatusCode, Json<PaymentView>)> {
    Ok((StatusCode::ACCEPTED, Json(super::pay(&cx, &at, id, how.payment_method).await?)))
}
