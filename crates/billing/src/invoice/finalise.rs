//! Turns a draft into a document: number, snapshot, hash, ledger entry and event in one transaction.

use kernel::{Place, Result, Tx};

use super::draft::{Draft, Head};
use super::model::{Document, Issued, Kind};
use super::store::{self, LinePlace, New, Numbered};
use crate::account::Account;
use crate::events::{INVOICE_FINALISED, InvoiceFinalised};
use crate::ledger::{self, Leg, Posting};
use crate::party::Sides;

/// What to finalise.
pub(crate) struct Finalise<'a> {
    pub(crate) account: &'a Account,
    pub(crate) sides: &'a Sides,
    /// Names what made the document; each cause makes one.
    pub(crate) cause: String,
    pub(crate) kind: Kind,
    pub(crate) draft: Draft,
    pub(crate) places: Vec<LinePlace>,
    pub(crate) refers_to: Option<&'a Issued>,
}

/// Finalises once per cause; the document that is there when the cause made one before.
pub(crate) async fn finalise(tx: &Tx, new: Finalise<'_>) -> Result<Issued> {
    if let Some(issued) = store::by_cause(tx.db(), &new.cause).await? {
        return Ok(issued);
    }
    let organisation = new.account.organisation_id;
    let now = new.account.now(tx.cx());
    let year = i32::from(now.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).year());
    let series = series(new.kind, new.account.rehearses());
    let (sequence, newest) = store::next_number(tx, series, year).await?;
    // Issue dates never go back within a series, whatever the clocks of several machines say.
    let issued_at = now.max(newest);
    store::set_last_at(tx, series, year, issued_at).await?;
    let head = Head {
        kind: new.kind,
        number: number(series, year, sequence),
        test: new.account.rehearses() || tx.cx().extension::<crate::payment::TestProvider>().is_ok(),
        issued_at,
        refers_to: new.refers_to.map(|invoice| invoice.number.clone()),
    };
    let document = new.draft.document(new.sides, head);
    let id = tx.cx().new_id();
    store::insert(
        tx,
        New {
            id,
            organisation_id: organisation,
            cause: &new.cause,
            numbered: Numbered { series: series.to_owned(), year, sequence },
            refers_to: new.refers_to.map(|invoice| invoice.id),
            document: &document,
            places: &new.places,
        },
    )
    .await?;
    if document.gross.minor != 0 || document.net.minor != 0 {
        ledger::post(tx, &posting(&document, organisation, id.to_string())).await?;
    }
    let fact = InvoiceFinalised { organisation_id: organisation, invoice_id: id, kind: document.kind, number: document.number.clone(), gross: document.gross };
    tx.announce(INVOICE_FINALISED, Place::Organisation { organisation }, id, &fact).await?;
    store::by_id(tx.db(), organisation, id).await
}

/// Rehearsals have series of their own, so that the real numbers stay gapless and in order.
const fn series(kind: Kind, rehearsal: bool) -> &'static str {
    match (kind, rehearsal) {
        (Kind::Invoice, false) => "",
        (Kind::CreditNote, false) => "CN",
        (Kind::Invoice, true) => "TEST",
        (Kind::CreditNote, true) => "TEST-CN",
    }
}

fn number(series: &str, year: i32, sequence: i64) -> String {
    let dash = if series.is_empty() { "" } else { "-" };
    format!("{series}{dash}{year}-{sequence:06}")
}

/// The customer owes the total; we earned the net and owe the tax. A credit note turns every sign.
fn posting(document: &Document, organisation: kernel::OrganisationId, id: String) -> Posting {
    let mut legs = vec![
        Leg { account: ledger::Account::Receivable(organisation), minor: document.gross.minor },
        Leg { account: ledger::Account::Revenue, minor: -document.net.minor },
    ];
    legs.extend(document.tax_lines.iter().map(|line| Leg { account: ledger::Account::TaxPayable(line.country.clone()), minor: -line.amount.minor }));
    let memo = match document.kind {
        Kind::Invoice => format!("invoice {}", document.number),
        Kind::CreditNote => format!("credit note {}", document.number),
    };
    Posting { key: format!("document/{id}"), organisation_id: organisation, memo, document: id, currency: document.currency, legs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_name_series_year_and_place() {
        assert_eq!(number(series(Kind::Invoice, false), 2026, 1), "2026-000001");
        assert_eq!(number(series(Kind::CreditNote, false), 2026, 42), "CN-2026-000042");
        assert_eq!(number(series(Kind::Invoice, true), 2027, 1_000_000), "TEST-2027-1000000");
    }
}
