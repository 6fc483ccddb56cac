//! What a document says. A [`Document`] is the snapshot that is hashed and sealed; an [`Invoice`]
//! is a document with what has happened to it since.

use kernel::{Currency, Error, Money, Result, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::party::Party;
use crate::rate::{Decimal, Period};

kernel::id!(
    /// An invoice or credit note.
    InvoiceId, "inv");
kernel::field!(
    /// The whole document.
    pub Snapshot: Document = "billing.invoice.snapshot");

/// Which kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = InvoiceKind)]
pub enum Kind {
    /// Demands money.
    Invoice,
    /// Takes an invoice back, in whole or in part; its amounts are negative.
    CreditNote,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvoiceLine {
    /// What it is.
    pub description: String,
    /// How much, as a decimal.
    pub quantity: String,
    /// Of which unit.
    pub unit: String,
    /// Price of one, as a decimal in the major unit.
    pub unit_price: String,
    /// Quantity times price, rounded once.
    pub amount: Money,
}

/// The tax at one rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxLine {
    /// Percent.
    pub percent: Decimal,
    /// Country whose tax it is; empty when none is charged.
    pub country: String,
    /// `VAT 19 %`.
    pub label: String,
    /// What is taxed.
    pub base: Money,
    /// The tax.
    pub amount: Money,
}

/// Everything that stands on a finalised document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Invoice or credit note.
    pub kind: Kind,
    /// The gapless number.
    pub number: String,
    /// True for documents of a rehearsal or of the test provider: no money was moved.
    pub test: bool,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The period that it bills.
    pub period: Period,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Who issues it.
    pub seller: Party,
    /// Who receives it.
    pub buyer: Party,
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
    /// Number of the invoice that a credit note takes back.
    pub refers_to: Option<String>,
    /// What the law wants to be said.
    pub notes: Vec<String>,
}

impl Document {
    /// SHA-256 of its canonical JSON: fields in order of declaration, no spaces.
    ///
    /// # Errors
    /// `Internal` when it cannot be encoded.
    pub fn hash(&self) -> Result<Vec<u8>> {
        let bytes = serde_json::to_vec(self).map_err(|error| Error::internal("cannot encode a document").caused_by(error))?;
        Ok(Sha256::digest(bytes).to_vec())
    }

    /// What does not add up; empty is good.
    pub fn faults(&self) -> Vec<String> {
        let sum = |amounts: &mut dyn Iterator<Item = Money>| amounts.map(|money| i128::from(money.minor)).sum::<i128>();
        let mut faults = Vec::new();
        if sum(&mut self.lines.iter().map(|line| line.amount)) != i128::from(self.net.minor) {
            faults.push(format!("{}: the lines do not sum to the net amount", self.number));
        }
        if sum(&mut self.tax_lines.iter().map(|line| line.amount)) != i128::from(self.tax.minor) {
            faults.push(format!("{}: the tax lines do not sum to the tax", self.number));
        }
        if i128::from(self.net.minor) + i128::from(self.tax.minor) != i128::from(self.gross.minor) {
            faults.push(format!("{}: net and tax do not make up the total", self.number));
        }
        faults
    }
}

/// What has become of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceState {
    /// Not issued: what would be invoiced.
    Preview,
    /// Something is due.
    Open,
    /// Nothing is due.
    Paid,
    /// Taken back whole by credit notes.
    Void,
}

impl InvoiceState {
    /// As stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
        }
    }

    /// From its stored form.
    pub fn from_key(key: &str) -> Self {
        match key {
            "paid" => Self::Paid,
            "void" => Self::Void,
            "preview" => Self::Preview,
            _ => Self::Open,
        }
    }

    /// The state that the amounts make.
    pub const fn of(gross: i64, paid: i64, credited: i64) -> Self {
        if credited > 0 && credited >= gross {
            Self::Void
        } else if gross - paid - credited <= 0 {
            Self::Paid
        } else {
            Self::Open
        }
    }
}

/// A finalised document's place and fortunes, without its content.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) id: InvoiceId,
    pub(crate) kind: Kind,
    pub(crate) number: String,
    pub(crate) period: Period,
    pub(crate) net: Money,
    pub(crate) tax: Money,
    pub(crate) gross: Money,
    pub(crate) issued_at: Timestamp,
    pub(crate) state: InvoiceState,
    pub(crate) paid: i64,
    pub(crate) credited: i64,
    pub(crate) hash: Vec<u8>,
    pub(crate) snapshot: kernel::Sealed<Snapshot>,
}

impl Issued {
    /// What is still to be paid.
    pub(crate) fn due(&self) -> Money {
        Money::new((self.gross.minor - self.paid - self.credited).max(0), self.gross.currency)
    }
}

/// Tax of one rate, for people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceTaxLine {
    /// Percent.
    pub rate_percent: f64,
    /// `VAT 19 %`.
    pub label: String,
    /// What is taxed.
    pub base: Money,
    /// The tax.
    pub amount: Money,
}

/// An invoice, credit note or preview.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Invoice {
    /// Its id; `preview` when it is none yet.
    pub id: String,
    /// The gapless number; absent on a preview.
    pub number: Option<String>,
    /// Invoice or credit note.
    pub kind: Kind,
    /// What has become of it.
    pub state: InvoiceState,
    /// True when no money was moved: a rehearsal or the test provider.
    pub test: bool,
    /// When it was issued.
    pub issued_at: Option<Timestamp>,
    /// The period that it bills.
    pub period: Period,
    /// Currency of all amounts.
    pub currency: Currency,
    /// What is billed.
    pub lines: Vec<InvoiceLine>,
    /// Tax by rate.
    pub tax_lines: Vec<InvoiceTaxLine>,
    /// Sum of the lines.
    pub net: Money,
    /// Sum of the tax lines.
    pub tax: Money,
    /// Both together.
    pub gross: Money,
    /// What is still to be paid.
    pub due: Money,
    /// Who issues it.
    pub seller: Party,
    /// Who receives it.
    pub buyer: Party,
    /// Number of the invoice that a credit note takes back.
    pub refers_to: Option<String>,
    /// What the law wants to be said.
    pub notes: Vec<String>,
}

impl Invoice {
    /// From a document and what has become of it.
    pub(crate) fn of(id: String, document: Document, state: InvoiceState, due: Money) -> Self {
        let issued = state != InvoiceState::Preview;
        let tax_line = |line: TaxLine| InvoiceTaxLine { rate_percent: line.percent.shown_as_number(), label: line.label, base: line.base, amount: line.amount };
        Self {
            id,
            number: issued.then_some(document.number),
            kind: document.kind,
            state,
            test: document.test,
            issued_at: issued.then_some(document.issued_at),
            period: document.period,
            currency: document.currency,
            lines: document.lines,
            tax_lines: document.tax_lines.into_iter().map(tax_line).collect(),
            net: document.net,
            tax: document.tax,
            gross: document.gross,
            due,
            seller: document.seller,
            buyer: document.buyer,
            refers_to: document.refers_to,
            notes: document.notes,
        }
    }
}

/// An invoice in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceSummary {
    /// Its id.
    pub id: InvoiceId,
    /// The gapless number.
    pub number: String,
    /// Invoice or credit note.
    pub kind: Kind,
    /// What has become of it.
    pub state: InvoiceState,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The period that it bills.
    pub period: Period,
    /// Total.
    pub gross: Money,
    /// What is still to be paid.
    pub due: Money,
    /// Who receives it.
    pub buyer_name: String,
}
