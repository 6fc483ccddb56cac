//! Pays an open invoice.

use kernel::{Cx, Error, Result, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{InvoiceId, InvoiceState};
use super::store;
use crate::payment::{self, NewPayment, PaymentMethod, PaymentView};
use crate::permissions::InvoicePay as Permission;

/// How to pay.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InvoicePay {
    /// The method.
    pub payment_method: PaymentMethod,
}

/// Begins a payment of what is due and brings it forward once. While one is under way, that one is
/// answered: an invoice is never paid twice.
///
/// # Errors
/// `Conflict` when nothing is due; `NotFound` where it is not the organisation's.
pub async fn pay(cx: &Cx, at: &Scope<Permission>, id: InvoiceId, method: PaymentMethod) -> Result<PaymentView> {
    let organisation = at.organisation_id()?;
    let begun = cx
        .write(async |tx| {
            let issued = store::held(&tx, organisation, id).await?;
            if issued.state != InvoiceState::Open || issued.due().minor == 0 {
                return Err(Error::conflict("Nothing is due on this invoice."));
            }
            let (newest, count) = payment::store::for_invoice(tx.db(), id).await?;
            if let Some(running) = newest.filter(|payment| !payment.state.is_final()) {
                return Ok(running);
            }
            let new = NewPayment {
                intent_key: format!("invoice/{id}/{}", count + 1),
                purpose: format!("invoice {}", issued.number),
                subject: id.to_string(),
                amount: issued.due(),
                method,
                charge: None,
                invoice_id: Some(id),
            };
            audit::record(&tx, at, id, format!("began to pay invoice {}", issued.number)).await?;
            payment::begin(&tx, at, new).await
        })
        .await?;
    Ok(payment::advance(cx, begun.id).await?.into())
}
