//! Looking at payments.

use kernel::{Cx, Page, PageQuery, Result, Scope};

use super::model::{PaymentId, PaymentView};
use super::store;
use crate::permissions::PaymentView as ViewPermission;

/// A page of payments, newest first: one statement.
///
/// # Errors
/// Database errors; `Invalid` for a foreign cursor.
pub async fn list(cx: &Cx, at: &Scope<ViewPermission>, query: &PageQuery) -> Result<Page<PaymentView>> {
    let rows = store::page(cx.db(), at.organisation_id()?, query.after()?, query.limit() + 1).await?;
    Page::from_rows(rows, query, |row| row.id).try_map(|row| Ok(row.into()))
}

/// One payment.
///
/// # Errors
/// `NotFound` where it is not the organisation's.
pub async fn view(cx: &Cx, at: &Scope<ViewPermission>, id: PaymentId) -> Result<PaymentView> {
    Ok(store::by_id(cx.db(), at.organisation_id()?, id).await?.into())
}
