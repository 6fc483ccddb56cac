//! Gives back what a payment had paid for a time in which there was nothing to be paid for.

use kernel::{Cx, Result};

use super::model::PaymentId;
use super::refund::{asked, refund};
use super::store;
use crate::invoice::store as invoices;
use crate::meter::Lost;
use crate::rate::prorated;

/// Refunds the part of the payment that its invoice charged for the time from the loss on; once for each reason. Nothing goes back of a payment
/// for another time, or where all of it has gone back already.
///
/// # Errors
/// The provider's; database errors.
pub async fn give_back(cx: &Cx, id: PaymentId, lost: &Lost, reason: &str) -> Result<()> {
    if let Some(amount) = asked(cx, id, reason).await? {
        return refund(cx, id, amount, reason).await.map(drop);
    }
    let payment = store::by_id_for_work(cx.db(), id).await?;
    let Some(invoice) = payment.invoice_id.filter(|_| payment.state.is_paid()) else { return Ok(()) };
    let period = invoices::by_id(cx.db(), payment.organisation_id, invoice).await?.period;
    if !period.contains(lost.at) || lost.before.is_some_and(|before| before >= period.from) {
        return Ok(());
    }
    let mut part = prorated(payment.amount, period.to.0 - lost.at.0, period.to.0 - period.from.0)?;
    part.minor = part.minor.min(payment.amount.minor - payment.refunded);
    if part.minor == 0 { Ok(()) } else { refund(cx, id, part, reason).await.map(drop) }
}
