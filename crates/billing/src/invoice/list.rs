//! Looking at invoices: a page of them, one of them, and the one that is coming.

use kernel::map::purpose;
use kernel::permission::{AtOrganisation, Permission};
use kernel::{Cx, Gate, Money, Page, PageQuery, Result, Scope};

use super::draft::{Head, of_period};
use super::model::{Document, Invoice, InvoiceId, InvoiceState, InvoiceSummary, Issued, Kind};
use super::store;
use crate::account;
use crate::party::Sides;
use crate::permissions::InvoiceView;

/// A page of documents, newest first: three statements whatever its size.
///
/// # Errors
/// Database errors; `Invalid` for a foreign cursor.
pub async fn list(cx: &Cx, at: &Scope<InvoiceView>, query: &PageQuery) -> Result<Page<InvoiceSummary>> {
    let rows = store::page(cx.db(), at.organisation_id()?, query.after()?, query.limit() + 1).await?;
    let gate = Gate::new(cx, at, &purpose::BILLING, rows.iter().map(|row| row.snapshot.bytes())).await?;
    Page::from_rows(rows, query, |row| row.id).try_map(|row| {
        let due = row.due();
        Ok(InvoiceSummary {
            id: row.id,
            kind: row.kind,
            state: row.state,
            issued_at: row.issued_at,
            period: row.period,
            gross: row.gross,
            due,
            buyer_name: row.snapshot.open(&gate)?.buyer.name,
            number: row.number,
        })
    })
}

/// One document.
///
/// # Errors
/// `NotFound` where it is not the organisation's.
pub async fn view(cx: &Cx, at: &Scope<InvoiceView>, id: InvoiceId) -> Result<Invoice> {
    let issued = store::by_id(cx.db(), at.organisation_id()?, id).await?;
    let document = open(cx, at, &issued).await?;
    Ok(Invoice::of(id.to_string(), document, issued.state, issued.due()))
}

/// What the open period will be invoiced as if nothing else is used: computed by the functions
/// that make the invoice.
///
/// # Errors
/// Database errors.
pub async fn preview(cx: &Cx, at: &Scope<InvoiceView>) -> Result<Invoice> {
    let organisation = at.organisation_id()?;
    let account = account::ensured(cx, organisation).await?;
    let sides = Sides::of(cx, organisation).await?;
    let (draft, _) = of_period(cx.db(), &account, &sides, account.period()?).await?;
    let head = Head { kind: Kind::Invoice, number: String::new(), test: account.rehearses(), issued_at: account.now(cx), refers_to: None };
    let document = draft.document(&sides, head);
    let due = Money::new(document.gross.minor, document.currency);
    Ok(Invoice::of("preview".to_owned(), document, InvoiceState::Preview, due))
}

/// Opens the snapshot.
pub(crate) async fn open<P: Permission + AtOrganisation>(cx: &Cx, at: &Scope<P>, issued: &Issued) -> Result<Document> {
    let gate = Gate::new(cx, at, &purpose::BILLING, [issued.snapshot.bytes()]).await?;
    issued.snapshot.open(&gate)
}
