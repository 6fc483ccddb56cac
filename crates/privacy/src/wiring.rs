//! What the server wires into this domain: where files lie, who knows accounts, and the hooks of
//! domains for what is not a row (disks, documents, records at a recipient).

use std::path::PathBuf;

use kernel::{ByWorkflow, Cx, Money, PersonId, Result, Scope};
use serde::{Deserialize, Serialize};

use crate::accounts::{Accounts, Owners};
use crate::certificate::CertificateId;
use crate::request::{Field, NewCorrection};

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
    /// What is settled with people before they are erased.
    pub settlements: Vec<Box<dyn Settlement>>,
    /// Who writes to people.
    pub post: Box<dyn Post>,
    /// Where values stand that people can have corrected; the profile first.
    pub corrections: Vec<Box<dyn CorrectionHook>>,
}

/// A value to put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// What.
    pub field: Field,
    /// What stood in the profile, where that is known.
    pub old: Option<String>,
    /// What is right.
    pub new: String,
}

/// A place that keeps values of people: the profile, billing particulars, a recipient.
#[async_trait::async_trait]
pub trait CorrectionHook: Send + Sync {
    /// What people call it; unique.
    fn place(&self) -> &'static str;
    /// Whether it keeps such values.
    fn keeps(&self, field: Field) -> bool;
    /// Whether the value can stand there; `Invalid` at `correction.value` if not.
    fn check(&self, correction: &NewCorrection) -> Result<()>;
    /// Puts the value right and gives what stood there. May run twice. A place that cannot be
    /// reached answers `Unavailable` and is asked again.
    async fn correct(&self, cx: &Cx, at: &Scope<ByWorkflow>, owners: &Owners, correction: &Correction) -> Result<Option<String>>;
}

/// A last bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FinalBill {
    /// Its number; absent in a preview.
    pub number: Option<String>,
    /// Its total.
    pub total: Money,
}

/// Settles what can no longer be settled once somebody is gone: what was used and not billed yet.
#[async_trait::async_trait]
pub trait Settlement: Send + Sync {
    /// What it would bill now.
    async fn preview(&self, cx: &Cx, owners: &Owners) -> Result<Vec<FinalBill>>;
    /// Bills it. May run twice; the second run finds nothing left.
    async fn settle(&self, cx: &Cx, owners: &Owners) -> Result<Vec<FinalBill>>;
}

/// Writes to people while their address can still be opened.
#[async_trait::async_trait]
pub trait Post: Send + Sync {
    /// Queues the last mail, once, and tries to send everything that waits for the person; tells how
    /// many mails still wait. `bills` is what was settled, in words; it may be empty.
    async fn farewell(&self, cx: &Cx, person: PersonId, certificate: CertificateId, bills: &str) -> Result<usize>;
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
