//! Records what the provider reported: state, ledger, invoice and event in one transaction.

use kernel::{Cx, Money, Place, Result, Tx};

use super::model::{Payment, PaymentState};
use super::provider::Outcome;
use super::store;
use crate::account::{self, Account};
use crate::events::{PAYMENT_FAILED, PAYMENT_SUCCEEDED, PaymentSettled};
use crate::invoice::InvoiceId;
use crate::invoice::finalise::{Finalise, finalise};
use crate::invoice::model::Kind;
use crate::invoice::store::{self as invoices, LinePlace};
use crate::ledger::{self, Posting};
use crate::party::Sides;

/// The clearing account of the provider's money.
pub(crate) fn clearing(provider: &str) -> ledger::Account {
    ledger::Account::Clearing(provider.to_owned())
}

/// Joins `outcome` into the payment; whatever it causes happens once.
pub(crate) async fn record(cx: &Cx, payment: &Payment, outcome: &Outcome) -> Result<Payment> {
    let sides = Sides::of(cx, payment.organisation_id).await?;
    cx.write(async |tx| {
        let before = store::held(&tx, payment.id).await?;
        let state = before.state.joined(outcome.state());
        if state == before.state {
            return Ok(before);
        }
        let problem = match outcome {
            Outcome::Declined { reason } if state == PaymentState::Failed => Some(reason.clone()),
            _ if state == PaymentState::Cancelled => Some("The payment was cancelled.".to_owned()),
            _ => None,
        };
        store::set_state(&tx, before.id, state, problem).await?;
        if state.is_paid() && !before.state.is_paid() {
            paid(&tx, &before, &sides).await?;
        }
        if state.is_final() {
            announce(&tx, &before, state).await?;
        }
        store::by_id_for_work(tx.db(), before.id).await
    })
    .await
}

async fn announce(tx: &Tx, payment: &Payment, state: PaymentState) -> Result<()> {
    let organisation = payment.organisation_id;
    let fact = PaymentSettled { organisation_id: organisation, payment_id: payment.id, subject: payment.subject.clone(), amount: payment.amount };
    let kind = if state.is_paid() { PAYMENT_SUCCEEDED } else { PAYMENT_FAILED };
    tx.announce(kind, Place::Organisation { organisation }, payment.id, &fact).await
}

/// The money is there: it is the customer's credit until an invoice takes it.
async fn paid(tx: &Tx, payment: &Payment, sides: &Sides) -> Result<()> {
    if payment.amount.minor == 0 {
        return Ok(());
    }
    let organisation = payment.organisation_id;
    let account = account::of(tx, organisation).await?;
    let provider = super::provider::Acquirer::of(tx.cx())?;
    let legs = Posting::transfer(clearing(provider.0.name()), ledger::Account::Credit(organisation), payment.amount)?;
    book(tx, payment, format!("payment/{}", payment.id), "payment received", legs).await?;
    let invoice = match (&payment.charge, payment.invoice_id) {
        (Some(_), _) => Some(charged(tx, payment, &account, sides).await?),
        (None, invoice) => invoice,
    };
    match invoice {
        Some(invoice) => allocate(tx, payment, invoice).await,
        None => Ok(()),
    }
}

/// Issues the invoice for what was charged now.
async fn charged(tx: &Tx, payment: &Payment, account: &Account, sides: &Sides) -> Result<InvoiceId> {
    let draft = payment.charge.clone().ok_or_else(|| kernel::Error::internal("a payment without a charge"))?;
    let places = draft.lines.iter().map(|_| LinePlace { meter_id: None, period: draft.period }).collect();
    let cause = format!("payment/{}", payment.id);
    let issued = finalise(tx, Finalise { account, sides, cause, kind: Kind::Invoice, draft, places, refers_to: None }).await?;
    store::set_invoice(tx, payment.id, issued.id).await?;
    Ok(issued.id)
}

/// Gives the invoice what is due of the payment; the rest stays the customer's credit.
async fn allocate(tx: &Tx, payment: &Payment, invoice: InvoiceId) -> Result<()> {
    let organisation = payment.organisation_id;
    let issued = invoices::held(tx, organisation, invoice).await?;
    let amount = issued.due().minor.min(payment.amount.minor);
    if amount == 0 {
        return Ok(());
    }
    store::insert_allocation(tx, payment.id, invoice, amount).await?;
    let money = Money::new(amount, payment.amount.currency);
    let legs = Posting::transfer(ledger::Account::Credit(organisation), ledger::Account::Receivable(organisation), money)?;
    book(tx, payment, format!("allocation/{}/{invoice}", payment.id), "payment allocated to an invoice", legs).await?;
    invoices::set_settlement(tx, &issued, issued.paid + amount, issued.credited).await
}

/// Books legs about a payment.
pub(crate) async fn book(tx: &Tx, payment: &Payment, key: String, memo: &str, legs: Vec<ledger::Leg>) -> Result<()> {
    let posting = Posting {
        key,
        organisation_id: payment.organisation_id,
        memo: memo.to_owned(),
        document: payment.id.to_string(),
        currency: payment.amount.currency,
        legs,
    };
    ledger::post(tx, &posting).await?;
    Ok(())
}
