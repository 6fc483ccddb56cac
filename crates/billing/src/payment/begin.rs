//! Writes an intent to be paid, in the transaction of what is being paid for.

use kernel::permission::AtOrganisation;
use kernel::{Error, Money, Result, Scope, Timestamp, Tx};

use super::model::{Payment, PaymentMethod, PaymentState};
use super::provider::Acquirer;
use super::store;
use crate::account;
use crate::invoice::InvoiceId;
use crate::invoice::draft::Draft;
use crate::quote::Quote;

/// What is to be paid.
#[derive(Debug, Clone)]
pub struct NewPayment {
    /// Names the intent; the same key is the same payment.
    pub intent_key: String,
    /// What it is for, in words without names.
    pub purpose: String,
    /// What it is for: the id of an order or invoice, as text.
    pub subject: String,
    /// How much; zero only asks whether the method is good.
    pub amount: Money,
    /// How.
    pub method: PaymentMethod,
    /// What is invoiced at once when it is paid.
    pub charge: Option<Draft>,
    /// The open invoice that it pays.
    pub invoice_id: Option<InvoiceId>,
}

impl NewPayment {
    /// What a quote charges at `now`, in billing time.
    fn quoted(intent_key: String, subject: &str, quote: &Quote, method: PaymentMethod, now: Timestamp) -> Result<Self> {
        let purpose = quote.lines.first().map_or_else(String::new, |line| line.description.clone());
        let (subject, charge) = (subject.to_owned(), quote.charge(now)?);
        Ok(Self { intent_key, purpose, subject, amount: quote.due_now, method, charge, invoice_id: None })
    }
}

/// Begins a payment; the one that is there when the intent was begun before. Nothing is charged
/// until [`advance`](super::advance) runs.
///
/// # Errors
/// `Unavailable` without a provider; `Conflict` when the key was used for something else.
pub async fn begin<P: AtOrganisation>(tx: &Tx, at: &Scope<P>, new: NewPayment) -> Result<Payment> {
    let organisation = at.organisation_id()?;
    let account = account::of(tx, organisation).await?;
    if new.amount.currency != account.currency || new.amount.minor < 0 {
        return Err(Error::internal(format!("{} cannot be paid on an account in {}", new.amount, account.currency)));
    }
    let provider = Acquirer::of(tx.cx())?;
    let payment = Payment {
        id: tx.cx().new_id(),
        organisation_id: organisation,
        intent_key: new.intent_key,
        purpose: new.purpose,
        subject: new.subject,
        amount: new.amount,
        method: new.method,
        state: PaymentState::Created,
        problem: None,
        charge: new.charge,
        invoice_id: new.invoice_id,
        refunded: 0,
        created_at: tx.cx().now(),
    };
    store::insert(tx, &payment, provider.0.name()).await?;
    let kept = store::by_intent(tx.db(), &payment.intent_key).await?.ok_or_else(|| Error::internal("a payment is gone"))?;
    if (kept.organisation_id, kept.amount, &kept.subject) != (organisation, payment.amount, &payment.subject) {
        return Err(Error::conflict("This payment was begun with other amounts."));
    }
    Ok(kept)
}

/// Begins the payment of an order's `due_now`. When it succeeds, an invoice for exactly what the
/// quote said is issued and paid by it. `attempt` counts the tries of one order: 1, 2, 3 …
///
/// # Errors
/// Those of [`begin`].
pub async fn begin_order<P: AtOrganisation>(tx: &Tx, at: &Scope<P>, order: &str, attempt: u32, quote: &Quote, method: PaymentMethod) -> Result<Payment> {
    let account = account::of(tx, at.organisation_id()?).await?;
    begin(tx, at, NewPayment::quoted(format!("order/{order}/{attempt}"), order, quote, method, account.now(tx.cx()))?).await
}

/// The same for a change of a contract, which has one try.
///
/// # Errors
/// Those of [`begin`].
pub async fn begin_change<P: AtOrganisation>(tx: &Tx, at: &Scope<P>, change: &str, quote: &Quote, method: PaymentMethod) -> Result<Payment> {
    let account = account::of(tx, at.organisation_id()?).await?;
    begin(tx, at, NewPayment::quoted(format!("change/{change}"), change, quote, method, account.now(tx.cx()))?).await
}
