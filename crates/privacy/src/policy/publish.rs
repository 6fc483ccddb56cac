//! Publishing: when the texts that the map makes are those of no version in force or announced, a
//! new version is written with its texts and put on the log. Nobody types a date or a version.

use std::time::Duration;

use kernel::{Cx, Result, Tx};

use super::diff::{Difference, Materiality, difference};
use super::document::Document;
use super::render::{self, VersionNote};
use super::store;

/// Time between a notice and the change that it announces.
pub const WINDOW: Duration = Duration::from_secs(30 * 86_400);

/// Publishes the texts of now unless they are published or announced already; tells which version
/// has them. Runs at start, after the set-up, and as a job.
///
/// # Errors
/// `Conflict` when a particular of the operator is missing.
pub async fn publish(cx: &Cx) -> Result<VersionNote> {
    cx.write(async |tx| publish_in(&tx).await).await
}

/// The same inside a transaction.
///
/// # Errors
/// As [`publish`].
pub(crate) async fn publish_in(tx: &Tx) -> Result<VersionNote> {
    let document = Document::of(tx.cx().map(), &super::operator(tx.cx()).await?)?;
    let digest = render::digest(&document)?;
    let versions = store::all(tx.db()).await?;
    let now = tx.cx().now();
    let in_force = versions.iter().find(|version| version.effective_at <= now).map_or(0, |version| version.number);
    // An announced version does not make the texts of now new ones.
    if let Some(version) = versions.iter().find(|version| version.number >= in_force && version.digest == digest) {
        return Ok(version.note());
    }
    let difference = match versions.first() {
        Some(newest) => difference(&store::document(tx.db(), newest.number).await?, &document),
        // The first version is news to nobody who was here before, because nobody was.
        None => Difference { materiality: Materiality::Nothing, changes: Vec::new() },
    };
    let effective_at = if difference.needs_window() { now.plus(WINDOW) } else { now };
    let number = versions.first().map_or(1, |newest| newest.number + 1);
    let note = VersionNote { number, at: now.to_string(), effective_at: effective_at.to_string(), digest };
    let texts = render::texts(&document, &note)?;
    let hashes: serde_json::Map<String, serde_json::Value> = texts.iter().map(|(form, _, hash)| ((*form).to_owned(), hash.clone().into())).collect();
    let body = serde_json::json!({ "version": number, "digest": note.digest, "map_digest": document.map_digest,
        "materiality": difference.materiality, "effective_at": effective_at, "texts": hashes });
    let index = audit::log::append(tx, "policy.published", &body, None).await?;
    store::insert(tx, store::New { note: &note, document: &document, difference: &difference, log_index: index.0, effective_at, texts: &texts }).await?;
    for purpose in difference.asks() {
        // The gate reads the rows: what people agreed to before is not what is asked now.
        kernel::choice::void_consents(tx, purpose).await?;
    }
    Ok(note)
}
