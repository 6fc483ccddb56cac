//! Certificates of erasure: what was deleted, emptied, destroyed and shredded, and what a law
//! keeps until when. They hold numbers and names of tables, nothing about anybody, and are checked
//! with nothing but themselves.

pub mod api;
pub(crate) mod store;
mod verify;

use std::collections::BTreeMap;

use audit::log::LogIndex;
use audit::proof::ProofBundle;
use kernel::map::Class;
use kernel::{Cx, Error, Result};
use serde::{Deserialize, Serialize};

pub use verify::{Report, verify_offline, verify_with};

kernel::id!(
    /// A certificate of erasure.
    CertificateId, "crt");

/// How a certificate's statement is marked on the log.
pub const KIND: &str = "erasure.carried_out";

/// Rows that a law keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Kept {
    /// How many.
    pub count: u64,
    /// The law.
    pub law: String,
    /// When the last of them goes; `None` while its term has not begun.
    pub until: Option<kernel::Timestamp>,
}

/// What was counted while an erasure was carried out, by table or hook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub(crate) destroyed: BTreeMap<String, u64>,
    pub(crate) deleted: BTreeMap<String, u64>,
    pub(crate) emptied: BTreeMap<String, u64>,
    pub(crate) kept: BTreeMap<String, Kept>,
    pub(crate) keys: u64,
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Certificate {
    /// `fairhold.erasure-certificate/1`.
    pub format: String,
    /// Its id.
    pub id: CertificateId,
    /// When the erasure was complete.
    pub at: kernel::Timestamp,
    /// SHA-256 of the data map by which it was carried out.
    pub map_digest: String,
    /// Rows deleted, by kind of data.
    pub deleted: BTreeMap<String, u64>,
    /// Rows that lost their personal columns.
    pub emptied: BTreeMap<String, u64>,
    /// Things destroyed outside the tables.
    pub destroyed: BTreeMap<String, u64>,
    /// Keys destroyed; what was sealed under them cannot be read again, in backups neither.
    pub keys_destroyed: u64,
    /// The classes whose keys were destroyed.
    pub shredded: Vec<String>,
    /// What a law keeps, by kind of data.
    pub kept: BTreeMap<String, Kept>,
}

/// A certificate with its proof, as it is fetched and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ErasureCertificate)]
pub struct Document {
    /// What it says.
    pub certificate: Certificate,
    /// That it is on the log, with the log's signature.
    pub proof: ProofBundle,
}

/// Writes the certificate, puts it on the log, and keeps it with its proof. May run twice.
pub(crate) async fn issue(cx: &Cx, id: CertificateId) -> Result<()> {
    let (certificate, index) = cx
        .write(async |tx| {
            let (draft, issued) = store::draft(tx.db(), id).await?;
            if let Some(found) = issued {
                return Ok(found);
            }
            let (gone, _) = crate::walk::classes(cx.map());
            let certificate = Certificate {
                format: "fairhold.erasure-certificate/1".to_owned(),
                id,
                at: cx.now(),
                map_digest: data_encoding::HEXLOWER.encode(&cx.map().digest()),
                deleted: draft.deleted,
                emptied: draft.emptied,
                destroyed: draft.destroyed,
                keys_destroyed: draft.keys,
                shredded: gone.into_iter().map(Class::key).map(str::to_owned).collect(),
                kept: draft.kept,
            };
            let LogIndex(index) = audit::log::append(&tx, KIND, &certificate, None).await?;
            store::set_logged(&tx, id, &certificate, index).await?;
            Ok((certificate, index))
        })
        .await?;
    let proof = audit::log::bundle(cx, LogIndex(index)).await?;
    let document = Document { certificate, proof };
    cx.write(async |tx| store::set_issued(&tx, id, &document).await).await
}

/// A certificate; `Unavailable` while the erasure is under way.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn by_id(cx: &Cx, id: CertificateId) -> Result<Document> {
    store::document(cx.db(), id).await?.ok_or_else(|| Error::unavailable("The erasure is under way; the certificate follows."))
}
