//! What the server wires into this domain: where files lie, who knows accounts, and the hooks of
//! domains for what is not a row (disks, documents, records at a recipient).

use std::path::PathBuf;

use kernel::{ByWorkflow, Cx, Result, Scope};
use serde::{Deserialize, Serialize};

use crate::accounts::{Accounts, Owners};

/// The one extension that this domain asks for: `Extensions::with(Wiring { … })`.
pub struct Wiring {
    /// The folder that holds `exports/` and `erasure-ledger.ndjson`; on a local disk, not in the database.
    pub folder: PathBuf,
    /// Who knows people and organisations.
    pub accounts: Box<dyn Accounts>,
    /// What else goes into exports.
    pub exports: Vec<Box<dyn ExportHook>>,
    /// What else goes at an erasure.
    pub erasures: Vec<Box<dyn ErasureHook>>,
}

/// A file of an export that is not made of rows.
pub struct ExportFile {
    /// Its path inside the bundle, for example `invoices/2026-0001.pdf`.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Gives what is not a row to exports: invoices as PDF, files of customers.
#[async_trait::async_trait]
pub trait ExportHook: Send + Sync {
    /// The name of its section, for example `invoice_documents`.
    fn section(&self) -> &'static str;
    /// The files of `owners`; none is a valid answer and is listed as empty.
    async fn files(&self, cx: &Cx, at: &Scope<ByWorkflow>, owners: &Owners) -> Result<Vec<ExportFile>>;
}

/// One thing that an erasure destroys outside the tables, for the preview and the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Doomed {
    /// What kind of thing: "machine".
    pub kind: String,
    /// Its id.
    pub id: String,
    /// How people know it.
    pub name: String,
}

/// Destroys what is not a row: machines and disks, records at recipients.
#[async_trait::async_trait]
pub trait ErasureHook: Send + Sync {
    /// The name of its section, for example `machines`.
    fn section(&self) -> &'static str;
    /// What it would destroy.
    async fn preview(&self, cx: &Cx, owners: &Owners) -> Result<Vec<Doomed>>;
    /// Destroys it, before the rows go. May run twice; what is gone already is no error. `None`
    /// means not yet: it is asked again soon. Otherwise how many things are gone.
    async fn destroy(&self, cx: &Cx, at: &Scope<ByWorkflow>, owners: &Owners) -> Result<Option<u64>>;
}
