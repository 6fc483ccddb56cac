//! Prints a document from JSON, to look at a layout while changing it:
//! `cargo run -p documents --example print -- crates/documents/examples/invoice.json invoice.pdf`.

use std::error::Error;

use documents::{CertificateDocument, InvoiceDocument, certificate_pdf, invoice_pdf};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        return Err("give the JSON file and the PDF file to write".into());
    };
    let text = std::fs::read_to_string(from)?;
    let pdf = match serde_json::from_str::<InvoiceDocument>(&text) {
        Ok(invoice) => invoice_pdf(&invoice)?,
        Err(_) => certificate_pdf(&serde_json::from_str::<CertificateDocument>(&text)?)?,
    };
    std::fs::write(to, pdf)?;
    Ok(())
}
