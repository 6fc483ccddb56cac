//! Brings a payment forward: asks the provider, outside any transaction, and records its answer.

use kernel::{Cx, Result};

use super::model::{Payment, PaymentId, PaymentState};
use super::provider::{Acquirer, Intent};
use super::{record, store};

/// Charges if the provider does not know the intent yet, else asks what has become of it. Safe to
/// call again at any time, also after an answer was lost: the intent's key is charged once.
///
/// # Errors
/// The provider's, when the outcome is unknown; call again then.
pub async fn advance(cx: &Cx, id: PaymentId) -> Result<Payment> {
    let payment = store::by_id_for_work(cx.db(), id).await?;
    if payment.state.is_final() {
        return Ok(payment);
    }
    let acquirer = Acquirer::of(cx)?;
    let outcome = match acquirer.0.find(cx, &payment.intent_key).await? {
        Some(outcome) => outcome,
        None => {
            let intent = Intent { key: payment.intent_key.clone(), amount: payment.amount, method: payment.method };
            acquirer.0.charge(cx, &intent).await?
        }
    };
    if outcome.state() == payment.state && payment.state != PaymentState::Created {
        return Ok(payment);
    }
    record::record(cx, &payment, &outcome).await
}
