//! An invoice on A4 pages. Which numbers stand on it is left to billing.

use serde::{Deserialize, Serialize};

use crate::render::{self, DocumentError, Template};

/// Everything that stands on an invoice, as finished text.
///
/// Amounts are decimal strings in `currency` ("1,234.50"); dates are `2026-11-30`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceDocument {
    /// Heading: "Invoice", "Credit note".
    pub title: String,
    /// The gapless number.
    pub number: String,
    /// Day of issue.
    pub issued_on: String,
    /// Day by which it is to be paid.
    pub due_on: Option<String>,
    /// The period that it bills, as people read it.
    pub period: Option<String>,
    /// A short mark beside the heading: "Paid", "Test".
    pub mark: Option<String>,
    /// Who issues it.
    pub seller: Party,
    /// Who receives it.
    pub buyer: Party,
    /// Code of the currency of all amounts.
    pub currency: String,
    /// What is billed.
    pub lines: Vec<InvoiceLine>,
    /// Tax by rate.
    pub tax_lines: Vec<TaxLine>,
    /// Sum of the lines.
    pub net: String,
    /// Sum of the tax lines.
    pub tax: String,
    /// Net and tax together.
    pub gross: String,
    /// What remains to be paid.
    pub due: String,
    /// Remarks below the totals.
    pub notes: Vec<String>,
}

/// One side of the invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Legal name.
    pub name: String,
    /// Postal address, one entry a line.
    pub address: Vec<String>,
    /// Tax registration with its label: "VAT ID DE123456789".
    pub tax_registration: Option<String>,
    /// Where to write to.
    pub email: Option<String>,
}

/// One thing that is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceLine {
    /// What it is.
    pub description: String,
    /// A second, smaller line: the machine's name, the hours.
    pub detail: Option<String>,
    /// How much of it.
    pub quantity: String,
    /// Of which unit: "hour", "GB".
    pub unit: String,
    /// Price of one unit.
    pub unit_price: String,
    /// Quantity times price, rounded.
    pub amount: String,
}

/// Tax at one rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxLine {
    /// "VAT 19 %", "Reverse charge".
    pub label: String,
    /// The amount that is taxed.
    pub base: String,
    /// The tax.
    pub amount: String,
}

/// Writes the invoice as PDF; the same invoice gives the same bytes.
pub fn invoice_pdf(invoice: &InvoiceDocument) -> Result<Vec<u8>, DocumentError> {
    let pages = render::lay_out(Template::Invoice, invoice)?;
    render::write(&pages, format!("invoice {} of {}", invoice.number, invoice.seller.name), &invoice.issued_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice() -> InvoiceDocument {
        let line = |description: &str, detail: &str, quantity: &str, unit: &str, price: &str, amount: &str| InvoiceLine {
            description: description.to_owned(),
            detail: Some(detail.to_owned()),
            quantity: quantity.to_owned(),
            unit: unit.to_owned(),
            unit_price: price.to_owned(),
            amount: amount.to_owned(),
        };
        InvoiceDocument {
            title: "Invoice".to_owned(),
            number: "2026-000042".to_owned(),
            issued_on: "2026-11-30".to_owned(),
            due_on: Some("2026-12-14".to_owned()),
            period: Some("1 to 30 November 2026".to_owned()),
            mark: Some("Paid".to_owned()),
            seller: Party {
                name: "Nordlicht Hosting GmbH".to_owned(),
                address: vec!["Speicherstraße 4".to_owned(), "20457 Hamburg".to_owned(), "Germany".to_owned()],
                tax_registration: Some("VAT ID DE123456789".to_owned()),
                email: Some("billing@nordlicht.example".to_owned()),
            },
            buyer: Party {
                name: "Åse Müller & Πέτρος O'Neill".to_owned(),
                address: vec!["12 Rue de l'Église".to_owned(), "75001 Paris".to_owned(), "France".to_owned()],
                tax_registration: None,
                email: Some("ase@example.org".to_owned()),
            },
            currency: "EUR".to_owned(),
            lines: vec![
                line("Small machine, running", "web-1 · vm_01j9z3k4", "720", "hour", "0.0069", "4.97"),
                line("Disk", "web-1 · 20 GB", "14,400", "GB hour", "0.0001", "1.44"),
                line("Traffic out", "web-1", "118.4", "GB", "0.0100", "1.18"),
            ],
            tax_lines: vec![TaxLine { label: "VAT 19 %".to_owned(), base: "7.59".to_owned(), amount: "1.44".to_owned() }],
            net: "7.59".to_owned(),
            tax: "1.44".to_owned(),
            gross: "9.03".to_owned(),
            due: "0.00".to_owned(),
            notes: vec!["Paid on 30 November 2026 through the test provider; no money was moved.".to_owned()],
        }
    }

    fn text(invoice: &InvoiceDocument) -> String {
        render::text_of(&render::lay_out(Template::Invoice, invoice).unwrap())
    }

    #[test]
    fn everything_on_the_invoice_is_on_the_page() {
        let text = text(&invoice());
        for part in [
            "2026-000042",
            "Nordlicht Hosting GmbH",
            "Speicherstraße 4",
            "VAT ID DE123456789",
            "Åse Müller & Πέτρος O'Neill",
            "12 Rue de l'Église",
            "1 to 30 November 2026",
            "web-1 · vm_01j9z3k4",
            "14,400",
            "118.4",
            "VAT 19 %",
            "9.03",
            "Paid",
            "no money was moved",
            "Page 1 of 1",
        ] {
            assert!(text.contains(part), "`{part}` is missing in\n{text}");
        }
    }

    #[test]
    fn rendering_twice_gives_equal_bytes() {
        let bytes = invoice_pdf(&invoice()).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
        assert_eq!(bytes, invoice_pdf(&invoice()).unwrap());

        let mut other = invoice();
        other.due = "9.03".to_owned();
        assert_ne!(bytes, invoice_pdf(&other).unwrap());
    }

    #[test]
    fn text_is_never_read_as_markup() {
        let mut hostile = invoice();
        hostile.buyer.name = "#read(\"/etc/passwd\") *bold* _em_ $x^2$".to_owned();
        hostile.buyer.address = vec!["= Heading".to_owned(), "#panic(1) \\ @label <label>".to_owned(), "// gone?".to_owned()];
        hostile.notes = vec!["#import \"@preview/x:1.0.0\"".to_owned(), "\"quoted\" \\u{41} `raw`".to_owned()];
        let text = text(&hostile);
        for part in [
            "#read(\"/etc/passwd\") *bold* _em_ $x^2$",
            "= Heading",
            "#panic(1) \\ @label <label>",
            "// gone?",
            "#import \"@preview/x:1.0.0\"",
            "\"quoted\" \\u{41} `raw`",
        ] {
            assert!(text.contains(part), "`{part}` is missing in\n{text}");
        }
        assert!(!text.contains("root:"));
        assert!(invoice_pdf(&hostile).is_ok());
    }

    #[test]
    fn many_lines_run_over_several_numbered_pages() {
        let mut long = invoice();
        let line = long.lines[0].clone();
        long.lines = (0..120).map(|number| InvoiceLine { description: format!("Machine {number}"), ..line.clone() }).collect();
        let text = text(&long);
        let pages = render::lay_out(Template::Invoice, &long).unwrap().pages().len();
        assert!(pages > 2);
        assert!(text.contains(&format!("Page {pages} of {pages}")));
        assert!(text.contains("Machine 119"));
    }

    #[test]
    fn a_word_longer_than_its_column_breaks() {
        let mut long = invoice();
        long.lines[0].description = "x".repeat(300);
        long.buyer.name = "y".repeat(300);
        long.notes = vec!["Short.".to_owned()];
        let pages = render::lay_out(Template::Invoice, &long).unwrap();
        // The description's column is the widest one that holds text: 92 mm.
        let widest = render::widest_run(&pages);
        assert!(widest < 262.0, "a run of {widest} points leaves its column");
    }

    #[test]
    fn little_data_is_enough_and_a_wrong_date_is_an_error() {
        let mut bare = invoice();
        bare.due_on = None;
        bare.period = None;
        bare.mark = None;
        bare.lines.clear();
        bare.tax_lines.clear();
        bare.notes.clear();
        bare.buyer = Party::default();
        assert!(invoice_pdf(&bare).is_ok());
        bare.issued_on = "yesterday".to_owned();
        assert!(matches!(invoice_pdf(&bare), Err(DocumentError::Date(_))));
    }
}
