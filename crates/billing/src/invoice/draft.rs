//! A document before it has a number: the preview is a draft, and so is every invoice until the
//! moment that it is finalised.

use kernel::{Currency, Money, Result, Timestamp};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

use super::model::{Document, InvoiceLine, Kind, TaxLine};
use super::store::LinePlace;
use crate::account::Account;
use crate::meter;
use crate::party::Sides;
use crate::rate::Period;
use crate::tax::{self, Treatment};
use crate::usage::lines::rated;

/// Amounts and lines, complete but for number, parties and date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The period that it bills.
    pub period: Period,
    /// Currency of all amounts.
    pub currency: Currency,
    /// What is billed.
    pub lines: Vec<InvoiceLine>,
    /// Tax by rate.
    pub tax_lines: Vec<TaxLine>,
    /// Sum of the lines.
    pub net: Money,
    /// Sum of the tax lines.
    pub tax: Money,
    /// Both together.
    pub gross: Money,
    /// What the law wants to be said.
    pub notes: Vec<String>,
}

impl Draft {
    /// Puts tax on `lines`: once for the whole document.
    ///
    /// # Errors
    /// `Internal` when an amount does not fit.
    pub fn of(lines: Vec<InvoiceLine>, treatment: &Treatment, period: Period, currency: Currency) -> Result<Self> {
        let net = lines.iter().try_fold(Money::zero(currency), |sum, line| sum.plus(line.amount))?;
        let tax = tax::on_net(net, treatment.percent)?;
        let tax_line = TaxLine { percent: treatment.percent, country: treatment.country.clone(), label: treatment.label.clone(), base: net, amount: tax };
        Ok(Self { period, currency, lines, tax_lines: vec![tax_line], net, tax, gross: net.plus(tax)?, notes: treatment.note.iter().cloned().collect() })
    }

    /// The document that it becomes.
    pub(crate) fn document(self, sides: &Sides, head: Head) -> Document {
        let mut notes = self.notes;
        if head.test {
            notes.push("Test document: no money was or will be moved.".to_owned());
        }
        Document {
            kind: head.kind,
            number: head.number,
            test: head.test,
            issued_at: head.issued_at,
            period: self.period,
            currency: self.currency,
            seller: sides.seller.party.clone(),
            buyer: sides.buyer.clone(),
            lines: self.lines,
            tax_lines: self.tax_lines,
            net: self.net,
            tax: self.tax,
            gross: self.gross,
            refers_to: head.refers_to,
            notes,
        }
    }
}

/// What finalising adds.
pub(crate) struct Head {
    pub(crate) kind: Kind,
    pub(crate) number: String,
    pub(crate) test: bool,
    pub(crate) issued_at: Timestamp,
    pub(crate) refers_to: Option<String>,
}

/// The draft of an account's period, with the place of each line. Reads two tables.
pub(crate) async fn of_period(db: &impl ConnectionTrait, account: &Account, sides: &Sides, period: Period) -> Result<(Draft, Vec<LinePlace>)> {
    let owed = rated(&meter::store::in_period(db, account.organisation_id, period).await?, period)?;
    let places = owed.iter().map(|line| LinePlace { meter_id: Some(line.meter_id), period: line.period }).collect();
    let lines = owed
        .into_iter()
        .map(|line| InvoiceLine {
            description: format!("{} ({})", line.description, line.resource),
            quantity: line.quantity,
            unit: line.unit.to_owned(),
            unit_price: line.unit_price,
            amount: line.amount,
        })
        .collect();
    let draft = Draft::of(lines, &sides.tax(Timestamp(period.to.0 - 1))?, period, account.currency)?;
    Ok((draft, places))
}
