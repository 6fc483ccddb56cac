//! Takes an invoice back by a credit note: the document stays, another one says otherwise.

use kernel::{Error, Money, Result, Tx};

use super::draft::Draft;
use super::finalise::{Finalise, finalise};
use super::model::{Document, InvoiceLine, Issued, Kind, TaxLine};
use super::store::{self, LinePlace};
use crate::account::Account;
use crate::party::Sides;
use crate::tax;

/// Issues a credit note of `gross` on `invoice` and notes it there; once per cause.
pub(crate) async fn credit(tx: &Tx, account: &Account, sides: &Sides, taken: Taken<'_>) -> Result<Issued> {
    let Taken { cause, invoice, original, gross, reason } = taken;
    if let Some(note) = store::by_cause(tx.db(), &cause).await? {
        return Ok(note);
    }
    let (net_before, tax_before, gross_before) = store::credited(tx.db(), invoice.id).await?;
    let left = invoice.gross.minor - gross_before;
    if gross.minor <= 0 || gross.minor > left {
        return Err(Error::conflict("More would be taken back than was invoiced."));
    }
    let percent = original.tax_lines.first().map(|line| line.percent).unwrap_or_default();
    // The last part takes what is left of net and tax, so that all parts make up the whole.
    let (net, tax) = if gross.minor == left {
        (Money::new(invoice.net.minor - net_before, gross.currency), Money::new(invoice.tax.minor - tax_before, gross.currency))
    } else {
        let tax = tax::in_gross(gross, percent)?;
        (gross.minus(tax)?, tax)
    };
    let line = InvoiceLine {
        description: format!("Credit for invoice {}: {reason}", original.number),
        quantity: "1".to_owned(),
        unit: "credit".to_owned(),
        unit_price: net.negated()?.decimal(),
        amount: net.negated()?,
    };
    let tax_lines = original
        .tax_lines
        .first()
        .map(|line| Ok::<_, Error>(TaxLine { base: net.negated()?, amount: tax.negated()?, ..line.clone() }))
        .transpose()?
        .into_iter()
        .collect();
    let draft = Draft {
        period: original.period,
        currency: original.currency,
        lines: vec![line],
        tax_lines,
        net: net.negated()?,
        tax: tax.negated()?,
        gross: gross.negated()?,
        notes: Vec::new(),
    };
    let places = vec![LinePlace { meter_id: None, period: original.period }];
    let note = finalise(tx, Finalise { account, sides, cause, kind: Kind::CreditNote, draft, places, refers_to: Some(invoice) }).await?;
    Ok(note)
}

/// What is taken back.
pub(crate) struct Taken<'a> {
    /// Names why; each cause makes one credit note.
    pub(crate) cause: String,
    /// The invoice, held.
    pub(crate) invoice: &'a Issued,
    /// What it says.
    pub(crate) original: &'a Document,
    /// How much of it, tax included; positive.
    pub(crate) gross: Money,
    /// In words for people.
    pub(crate) reason: &'a str,
}
