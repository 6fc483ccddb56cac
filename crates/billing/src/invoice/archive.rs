//! All documents of an organisation in one archive: each as PDF and structured, and their totals.

use std::io::{Cursor, Write};

use kernel::map::purpose;
use kernel::permission::AtOrganisation;
use kernel::{Currency, Cx, Error, Gate, Money, Result, Scope};
use serde::Serialize;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::model::{Invoice, Kind};
use super::{print, store};

const BATCH: u64 = 100;

/// What `totals.json` says: sums over all documents, credit notes negative. `due` is what the books
/// have as owed by the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Totals {
    currency: Currency,
    invoices: u64,
    credit_notes: u64,
    net: Money,
    tax: Money,
    gross: Money,
    due: Money,
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::internal("the archive of invoices cannot be packed").caused_by(error)
}

/// The archive as a zip file.
///
/// # Errors
/// Database errors; `Internal` when a document cannot be laid out.
pub async fn archive<P: AtOrganisation>(cx: &Cx, at: &Scope<P>) -> Result<Vec<u8>> {
    let organisation = at.organisation_id()?;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut totals: Vec<Totals> = Vec::new();
    let mut after = None;
    loop {
        let page = store::page(cx.db(), organisation, after, BATCH).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let gate = Gate::new(cx, at, &purpose::BILLING, page.iter().map(|row| row.snapshot.bytes())).await?;
        for issued in &page {
            let document = issued.snapshot.open(&gate)?;
            let invoice = Invoice::of(issued.id.to_string(), document.clone(), issued.state, issued.due());
            add(&mut totals, &invoice)?;
            let (number, pdf) = print::printed(document).await?;
            zip.start_file(format!("invoices/{number}.pdf"), options).map_err(failed)?;
            zip.write_all(&pdf).map_err(failed)?;
            zip.start_file(format!("invoices/{number}.json"), options).map_err(failed)?;
            zip.write_all(&serde_json::to_vec_pretty(&invoice).map_err(failed)?).map_err(failed)?;
        }
    }
    zip.start_file("totals.json", options).map_err(failed)?;
    zip.write_all(&serde_json::to_vec_pretty(&totals).map_err(failed)?).map_err(failed)?;
    Ok(zip.finish().map_err(failed)?.into_inner())
}

fn add(totals: &mut Vec<Totals>, invoice: &Invoice) -> Result<()> {
    let at = match totals.iter().position(|one| one.currency == invoice.currency) {
        Some(at) => at,
        None => {
            let zero = Money::zero(invoice.currency);
            totals.push(Totals { currency: invoice.currency, invoices: 0, credit_notes: 0, net: zero, tax: zero, gross: zero, due: zero });
            totals.len() - 1
        }
    };
    let Some(sum) = totals.get_mut(at) else { return Err(Error::internal("a total that was just made is missing")) };
    match invoice.kind {
        Kind::Invoice => sum.invoices += 1,
        Kind::CreditNote => sum.credit_notes += 1,
    }
    sum.net = sum.net.plus(invoice.net)?;
    sum.tax = sum.tax.plus(invoice.tax)?;
    sum.gross = sum.gross.plus(invoice.gross)?;
    sum.due = sum.due.plus(invoice.due)?;
    Ok(())
}
