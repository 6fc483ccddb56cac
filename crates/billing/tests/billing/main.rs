//! Billing on both engines: documents, numbers, books and payments.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod invoices;
mod ledger;
mod payments;
mod world;
