//! Passes the payer's word on to the provider.

use kernel::{Cx, Error, Result, Scope};

use super::model::{PaymentId, PaymentState, PaymentView};
use super::provider::Acquirer;
use super::{record, store};
use crate::permissions::PaymentConfirm;

/// Confirms or cancels a payment that waits for it. The first word counts; saying it twice changes
/// nothing.
///
/// # Errors
/// `Conflict` when the payment does not wait for a word.
pub async fn confirm(cx: &Cx, at: &Scope<PaymentConfirm>, id: PaymentId, accept: bool) -> Result<PaymentView> {
    let payment = store::by_id(cx.db(), at.organisation_id()?, id).await?;
    if payment.state == PaymentState::Created {
        return Err(Error::conflict("The payment has not reached the provider yet. Try again in a moment."));
    }
    if payment.state != PaymentState::RequiresAction {
        return Ok(payment.into());
    }
    // On record before the provider hears of it: an answer may be lost, the word was given.
    cx.write(async |tx| audit::record(&tx, at, id, if accept { "confirmed a payment" } else { "cancelled a payment" }).await).await?;
    let outcome = Acquirer::of(cx)?.0.confirm(cx, &payment.intent_key, accept).await?;
    Ok(record::record(cx, &payment, &outcome).await?.into())
}
