//! The PDF of a document, made on demand from its snapshot: the same bytes every time.

use documents::{InvoiceDocument, InvoiceLine, Party, TaxLine, invoice_pdf};
use kernel::map::purpose;
use kernel::permission::AtOrganisation;
use kernel::{Cx, Error, Gate, Money, Result, Scope};

use super::list::open;
use super::model::{Document, InvoiceId, Kind};
use super::store;
use crate::party;
use crate::permissions::InvoiceView;
use crate::usage::lines::day;

const BATCH: u64 = 100;

/// The number and the PDF of one document.
///
/// # Errors
/// `NotFound` where it is not the organisation's; `Internal` when it cannot be laid out.
pub async fn pdf(cx: &Cx, at: &Scope<InvoiceView>, id: InvoiceId) -> Result<(String, Vec<u8>)> {
    let issued = store::by_id(cx.db(), at.organisation_id()?, id).await?;
    printed(open(cx, at, &issued).await?).await
}

/// Every document of the organisation with its number, newest first: for exports.
///
/// # Errors
/// Database errors; `Internal` when one cannot be laid out.
pub async fn documents<P: AtOrganisation>(cx: &Cx, at: &Scope<P>) -> Result<Vec<(String, Vec<u8>)>> {
    let organisation = at.organisation_id()?;
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store::page(cx.db(), organisation, after, BATCH).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.id);
        let gate = Gate::new(cx, at, &purpose::RIGHTS, page.iter().map(|row| row.snapshot.bytes())).await?;
        for issued in &page {
            all.push(printed(issued.snapshot.open(&gate)?).await?);
        }
    }
}

pub(super) async fn printed(document: Document) -> Result<(String, Vec<u8>)> {
    let page = page(document);
    let number = page.number.clone();
    // Laying out takes tens of milliseconds of CPU.
    let bytes = tokio::task::spawn_blocking(move || invoice_pdf(&page))
        .await
        .map_err(|error| Error::internal("laying out an invoice was interrupted").caused_by(error))?
        .map_err(|error| Error::internal("an invoice could not be laid out").caused_by(error))?;
    Ok((number, bytes))
}

/// What stands on the page: the document alone, never what was paid since, so that it never changes.
fn page(document: Document) -> InvoiceDocument {
    let decimal = Money::decimal;
    let places = document.currency.exponent() as usize;
    let mut notes = document.notes;
    notes.extend(document.refers_to.map(|number| format!("This credit note refers to invoice {number}.")));
    InvoiceDocument {
        title: match document.kind {
            Kind::Invoice => "Invoice".to_owned(),
            Kind::CreditNote => "Credit note".to_owned(),
        },
        number: document.number,
        issued_on: day(document.issued_at),
        due_on: None,
        period: Some(format!("{} to {}", day(document.period.from), day(document.period.to))),
        mark: document.test.then(|| "Test".to_owned()),
        seller: party(document.seller),
        buyer: party(document.buyer),
        currency: document.currency.code().to_owned(),
        lines: document
            .lines
            .into_iter()
            .map(|line| InvoiceLine {
                description: line.description,
                detail: None,
                quantity: line.quantity,
                unit: line.unit,
                unit_price: at_least(places, line.unit_price),
                amount: decimal(line.amount),
            })
            .collect(),
        tax_lines: document.tax_lines.into_iter().map(|line| TaxLine { label: line.label, base: decimal(line.base), amount: decimal(line.amount) }).collect(),
        net: decimal(document.net),
        tax: decimal(document.tax),
        gross: decimal(document.gross),
        due: decimal(document.gross),
        notes,
    }
}

/// A price with as many decimals as amounts have, or all that it needs: prices of hours are finer than a cent.
fn at_least(places: usize, price: String) -> String {
    let (whole, part) = price.split_once('.').unwrap_or((&price, ""));
    if part.len() >= places { price } else { format!("{whole}.{part:0<places$}") }
}

fn party(party: party::Party) -> Party {
    let mut address: Vec<String> = party.address.iter().flat_map(|text| text.lines()).map(str::to_owned).collect();
    address.extend(party.country);
    Party { name: party.name, address, tax_registration: party.tax_id.map(|id| format!("Tax number {id}")), email: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_written_like_amounts_and_never_rounded() {
        assert_eq!(at_least(2, "4".to_owned()), "4.00");
        assert_eq!(at_least(2, "0.5".to_owned()), "0.50");
        assert_eq!(at_least(2, "0.0055".to_owned()), "0.0055");
        assert_eq!(at_least(0, "450".to_owned()), "450");
    }
}
