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
use kernel::{Cx, Result};
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
    #[serde(default)]
    pub(crate) bills: BTreeMap<String, kernel::Money>,
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
    /// What people call the kinds of data that are named above.
    #[serde(default)]
    pub titles: BTreeMap<String, String>,
}

/// A certificate that is asked for: there, or on its way.
#[derive(Debug, Clone)]
pub enum Asked {
    /// The erasure is complete.
    Issued(Box<Document>),
    /// The erasure is under way.
    Pending(Pending),
}

impl Asked {
    /// The certificate, once it is there.
    pub fn issued(self) -> Option<Document> {
        match self {
            Self::Issued(document) => Some(*document),
            Self::Pending(_) => None,
        }
    }
}

/// An erasure that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PendingCertificate)]
pub struct Pending {
    /// The certificate that it will have.
    pub id: CertificateId,
    /// `pending`.
    pub state: String,
    /// When the erasure was asked for.
    pub asked_at: kernel::Timestamp,
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
                keys_destroyed: draft.keys,
                shredded: gone.into_iter().map(Class::key).map(str::to_owned).collect(),
                titles: titles(cx, draft.deleted.keys().chain(draft.emptied.keys()).chain(draft.kept.keys())),
                deleted: draft.deleted,
                emptied: draft.emptied,
                destroyed: draft.destroyed,
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

/// What the map calls `sections`; sections of hooks name themselves.
fn titles<'a>(cx: &Cx, sections: impl Iterator<Item = &'a String>) -> BTreeMap<String, String> {
    sections.filter_map(|section| Some((section.clone(), cx.map().tables.get(section.as_str())?.title.to_owned()))).collect()
}

/// A certificate, or how its erasure stands.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn by_id(cx: &Cx, id: CertificateId) -> Result<Asked> {
    store::asked(cx.db(), id).await
}
