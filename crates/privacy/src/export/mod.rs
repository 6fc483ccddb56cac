//! Exports: everything that is held about a person, in open formats, in one encrypted file that
//! they can fetch for some days.

pub mod api;
pub mod build;
mod bundle;
pub(crate) mod store;
pub mod vault;

use std::path::{Path, PathBuf};

use kernel::event::EventKind;
use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{Cx, Error, Gate, PersonId, Place, Result, Scope, Tx};
use serde::{Deserialize, Serialize};
use workflow::{OperationId, Start};

use crate::accounts::Owners;
use crate::permissions::{ExportCreate, ExportView};
use crate::request::{self, Noted, RequestId};
use crate::wiring::Wiring;

kernel::id!(
    /// An export.
    ExportId, "exp");

kernel::field!(
    /// The key of an export's file.
    pub FileKey: String = "privacy.export.file_key");

/// An export as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// The operation that builds it.
    pub operation_id: OperationId,
    /// `building`, `ready` or `failed`.
    pub state: String,
    /// Bytes of the encrypted file, when ready.
    pub size: Option<i64>,
    /// The same for two exports that hold the same data, whichever way they were asked for: SHA-256
    /// over what stays as long as the account or a law keeps it, without records of activity.
    pub content_sha256: Option<String>,
    /// When it was asked for.
    pub created_at: kernel::Timestamp,
    /// When it was ready.
    pub finished_at: Option<kernel::Timestamp>,
    /// Until when it can be fetched.
    pub expires_at: kernel::Timestamp,
}

/// The export can be fetched. Payload: ids only.
pub const EXPORT_READY: EventKind<ExportFact> = EventKind::new("privacy.export.ready");

/// What [`EXPORT_READY`] carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportFact {
    /// Whose.
    pub person_id: PersonId,
    /// Which.
    pub export_id: ExportId,
}

/// Starts an export of the person of `at`; one that is under way already is given instead.
///
/// # Errors
/// Database errors.
pub async fn create(cx: &Cx, at: &Scope<ExportCreate>) -> Result<Export> {
    let Place::Person { person } = at.place() else { return Err(Error::internal("a person scope without a person")) };
    let owners = Owners::of(cx, cx.extension::<Wiring>()?.accounts.as_ref(), person).await?;
    let terms = request::of_place(cx, None, request::Kind::Access).await?;
    let noted = Noted { kind: request::Kind::Access, place: None, text: None, purpose: None, terms: &terms, quiet: true };
    let key = new_key(cx)?;
    cx.write(async |tx| begin(&tx, at, &owners, &key, &noted).await.map(|(export, _)| export)).await
}

/// A key for the file of an export.
pub(crate) fn new_key(cx: &Cx) -> Result<String> {
    Ok(data_encoding::HEXLOWER.encode(&cx.random::<32>()?))
}

/// Starts an export together with the request that it carries out; those under way are given instead.
pub(crate) async fn begin<P: Permission>(tx: &Tx, at: &Scope<P>, owners: &Owners, key: &String, noted: &Noted<'_>) -> Result<(Export, RequestId)> {
    if let Some(under_way) = store::building(tx.db(), at).await?
        && let Some(request) = request::store::of_export(tx.db(), under_way.id).await?
    {
        return Ok((under_way, request));
    }
    let id: ExportId = tx.cx().new_id();
    let input = build::Input { export: id, owners: owners.clone() };
    let start = Start { place: at.place(), subject: &id.to_string(), started_by: Some(owners.person), key: None };
    let operation = build::BUILD.start(tx, start, &input).await?;
    audit::record(tx, at, id, "Asked for an export of all data").await?;
    let request = request::note(tx, at, owners.person, noted, request::State::Open).await?;
    request::store::set_carried_out_by(tx, request, operation, Some(id)).await?;
    Ok((store::insert(tx, at, id, operation, key).await?, request))
}

/// One export of the person of `at`.
///
/// # Errors
/// `NotFound` when it is not theirs or has expired.
pub async fn by_id(cx: &Cx, at: &Scope<ExportView>, id: ExportId) -> Result<Export> {
    let row = store::by_id(cx.db(), at, id).await?;
    if row.expires_at <= cx.now() { Err(Error::not_found("export")) } else { Ok(row) }
}

/// Opens the file of a finished export for reading in pieces.
///
/// # Errors
/// `Conflict` until it is ready; `NotFound` as [`by_id`].
pub async fn open(cx: &Cx, at: &Scope<ExportView>, id: ExportId) -> Result<vault::Reader> {
    if by_id(cx, at, id).await?.state != "ready" {
        return Err(Error::conflict("The export is not ready yet."));
    }
    let sealed = store::file_key(cx.db(), id).await?;
    let gate = Gate::new(cx, at, &purpose::RIGHTS, [sealed.bytes()]).await?;
    let key = vault::Key::from_hex(&sealed.open(&gate)?)?;
    vault::Reader::open(&key, &file(&cx.extension::<Wiring>()?.folder, id))
}

fn folder(root: &Path) -> PathBuf {
    root.join("exports")
}

/// The finished, encrypted file.
fn file(root: &Path, id: ExportId) -> PathBuf {
    folder(root).join(format!("{id}.zip.sealed"))
}

/// Parts of an export that is being built, each encrypted.
fn parts(root: &Path, id: ExportId) -> PathBuf {
    folder(root).join(format!("{id}.parts"))
}

/// Removes files whose row is gone: expired, erased, or lost with an old database.
///
/// # Errors
/// `Internal` when a file cannot be removed; database errors.
pub async fn remove_orphans(cx: &Cx) -> Result<()> {
    let Ok(wiring) = cx.extension::<Wiring>() else { return Ok(()) };
    let root = folder(&wiring.folder);
    let Ok(entries) = std::fs::read_dir(&root) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.split('.').next()).and_then(|text| text.parse::<ExportId>().ok());
        let Some(id) = id else { continue };
        if !store::exists(cx.db(), id).await? {
            let gone = if entry.path().is_dir() { std::fs::remove_dir_all(entry.path()) } else { std::fs::remove_file(entry.path()) };
            gone.map_err(|error| Error::internal("an expired export cannot be removed").caused_by(error))?;
        }
    }
    Ok(())
}

/// Exports that are ready and whose file is gone, in words; none is good.
///
/// # Errors
/// Database errors.
pub async fn missing_files(cx: &Cx) -> Result<Vec<String>> {
    let root = &cx.extension::<Wiring>()?.folder;
    let ready = store::ready(cx.db()).await?;
    Ok(ready.into_iter().filter(|id| !file(root, *id).is_file()).map(|id| format!("the file of {id} is missing")).collect())
}
