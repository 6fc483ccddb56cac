//! Invoices and credit notes: drafts are computed, documents are finalised once and never change.

pub mod api;
mod archive;
pub(crate) mod close;
mod conclude;
pub(crate) mod credit;
pub(crate) mod draft;
pub(crate) mod finalise;
mod give_back;
pub(crate) mod jobs;
mod list;
pub mod model;
mod pay;
mod print;
pub(crate) mod store;
pub(crate) mod verify;

pub use archive::archive;
pub use conclude::{conclude, unbilled};
pub use give_back::give_back;
pub use list::{list, preview, view};
pub use model::{Document, Invoice, InvoiceId, InvoiceSummary};
pub use pay::pay;
pub use print::{documents, pdf};
