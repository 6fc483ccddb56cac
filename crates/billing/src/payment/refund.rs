//! Gives money back, and takes back the invoice that it had paid.

use kernel::map::purpose;
use kernel::{ByWorkflow, Cx, Error, Gate, Money, Place, Result, Scope, Tx};

use super::model::{Payment, PaymentId, PaymentState};
use super::provider::{Acquirer, RefundIntent};
use super::{record, store};
use crate::account;
use crate::events::{PAYMENT_REFUNDED, PaymentSettled};
use crate::invoice::credit::{Taken, credit};
use crate::invoice::model::Document;
use crate::invoice::store as invoices;
use crate::ledger::{self, Posting};
use crate::party::Sides;

/// Refunds `amount` of a payment: the wish is written, the provider is asked, the result is booked
/// together with a credit note on the invoice that the payment had paid. The same payment and
/// reason is the same refund, so it may be called again after any failure. A payment of zero has
/// nothing to give back.
///
/// # Errors
/// `Conflict` when the payment was not paid or more would go back than came; the provider's.
pub async fn refund(cx: &Cx, id: PaymentId, amount: Money, reason: &str) -> Result<Payment> {
    let payment = store::by_id_for_work(cx.db(), id).await?;
    if payment.amount.minor == 0 {
        return Ok(payment);
    }
    let key = format!("{id}/{reason}");
    let done = cx
        .write(async |tx| {
            let payment = store::held(&tx, id).await?;
            if let Some(asked) = store::refund_by_key(tx.db(), &key).await? {
                return if asked.amount == amount.minor { Ok(asked.done) } else { Err(Error::conflict("This refund was begun with another amount.")) };
            }
            let left = payment.amount.minor - store::refunds_asked(tx.db(), id).await?;
            if !payment.state.is_paid() || amount.minor <= 0 || amount.minor > left || amount.currency != payment.amount.currency {
                return Err(Error::conflict("More would be refunded than was paid."));
            }
            store::insert_refund(&tx, &key, id, amount.minor, reason).await?;
            Ok(false)
        })
        .await?;
    if done {
        return store::by_id_for_work(cx.db(), id).await;
    }
    let intent = RefundIntent { key: key.clone(), intent_key: payment.intent_key.clone(), amount };
    Acquirer::of(cx)?.0.refund(cx, &intent).await?;
    book(cx, &payment, &key, amount, reason).await
}

/// How much was asked back of the payment for this reason, if it was.
pub(super) async fn asked(cx: &Cx, id: PaymentId, reason: &str) -> Result<Option<Money>> {
    let asked = store::refund_by_key(cx.db(), &format!("{id}/{reason}")).await?;
    let currency = store::by_id_for_work(cx.db(), id).await?.amount.currency;
    Ok(asked.map(|asked| Money::new(asked.amount, currency)))
}

async fn book(cx: &Cx, payment: &Payment, key: &str, amount: Money, reason: &str) -> Result<Payment> {
    let organisation = payment.organisation_id;
    let sides = Sides::of(cx, organisation).await?;
    let original = original(cx, payment).await?;
    cx.write(async |tx| {
        let payment = store::held(&tx, payment.id).await?;
        if !store::set_refund_done(&tx, key).await? {
            return Ok(payment);
        }
        if let Some(document) = &original {
            take_back(&tx, &payment, &sides, document, key, amount, reason).await?;
        }
        let provider = Acquirer::of(tx.cx())?;
        let legs = Posting::transfer(ledger::Account::Credit(organisation), record::clearing(provider.0.name()), amount)?;
        record::book(&tx, &payment, format!("refund/{key}"), "payment refunded", legs).await?;
        let refunded = payment.refunded + amount.minor;
        store::set_refunded(&tx, payment.id, refunded).await?;
        let state = if refunded == payment.amount.minor { PaymentState::Refunded } else { PaymentState::PartlyRefunded };
        store::set_state(&tx, payment.id, payment.state.joined(state), None).await?;
        let fact = PaymentSettled { organisation_id: organisation, payment_id: payment.id, subject: payment.subject.clone(), amount: payment.amount };
        tx.announce(PAYMENT_REFUNDED, Place::Organisation { organisation }, payment.id, &fact).await?;
        store::by_id_for_work(tx.db(), payment.id).await
    })
    .await
}

/// What the invoice of the payment says.
async fn original(cx: &Cx, payment: &Payment) -> Result<Option<Document>> {
    let Some(invoice) = payment.invoice_id else { return Ok(None) };
    let organisation = payment.organisation_id;
    let issued = invoices::by_id(cx.db(), organisation, invoice).await?;
    let at = Scope::<ByWorkflow>::acting("billing.payment.refund", Place::Organisation { organisation });
    let gate = Gate::new(cx, &at, &purpose::BILLING, [issued.snapshot.bytes()]).await?;
    Ok(Some(issued.snapshot.open(&gate)?))
}

/// A credit note for what goes back; the allocation is undone by as much, so nothing becomes due.
async fn take_back(tx: &Tx, payment: &Payment, sides: &Sides, document: &Document, key: &str, amount: Money, reason: &str) -> Result<()> {
    let Some(invoice) = payment.invoice_id else { return Ok(()) };
    let organisation = payment.organisation_id;
    let account = account::of(tx, organisation).await?;
    let issued = invoices::held(tx, organisation, invoice).await?;
    let taken = amount.minor.min(issued.paid);
    if taken == 0 {
        return Ok(());
    }
    let gross = Money::new(taken, amount.currency);
    credit(tx, &account, sides, Taken { cause: format!("refund/{key}"), invoice: &issued, original: document, gross, reason }).await?;
    let legs = Posting::transfer(ledger::Account::Receivable(organisation), ledger::Account::Credit(organisation), gross)?;
    record::book(tx, payment, format!("deallocation/{key}"), "allocation undone for a refund", legs).await?;
    invoices::set_settlement(tx, &issued, issued.paid - taken, issued.credited + taken).await
}
