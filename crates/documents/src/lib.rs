//! Invoices and certificates as PDF, from plain data to bytes.
//!
//! Equal input gives equal bytes: there is no clock, no random identifier and no font of the machine
//! in the result. Amounts, dates and names arrive as finished text; deciding them is left to the
//! domains, storing the bytes as well. Rendering is CPU work of tens of milliseconds: call it from a
//! blocking thread.

mod certificate;
mod invoice;
mod render;

pub use certificate::{CertificateDocument, Fact, Section, certificate_pdf};
pub use invoice::{InvoiceDocument, InvoiceLine, Party, TaxLine, invoice_pdf};
pub use render::DocumentError;
