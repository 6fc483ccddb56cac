//! Publishing: when the texts that the map makes are not those of the newest version, a new version
//! is written and put on the log. Nobody types a date or a version.

use std::time::Duration;

use kernel::{Cx, Error, Result, Tx};

use super::diff::{Difference, Materiality, difference};
use super::document::Document;
use super::render::{self, VersionNote};
use super::store;

/// Time between a notice and the change that it announces.
const WINDOW: Duration = Duration::from_secs(30 * 86_400);

/// Publishes the texts of now if they differ from those of the newest version; tells which version
/// is the newest now. Runs at start, after the set-up, and as a job.
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
    let newest = store::newest(tx.db()).await?;
    if let Some(version) = newest.as_ref().filter(|version| version.digest == digest) {
        return Ok(version.note());
    }
    let difference = match &newest {
        Some(version) => {
            let old: Document = serde_json::from_str(&version.document).map_err(|error| Error::internal("a published policy is damaged").caused_by(error))?;
            difference(&old, &document)
        }
        // The first version is news to nobody who was here before, because nobody was.
        None => Difference { materiality: Materiality::Nothing, changes: Vec::new() },
    };
    let number = newest.map_or(1, |version| version.number + 1);
    let now = tx.cx().now();
    let effective_at = if difference.materiality >= Materiality::NoticeWithWindow { now.plus(WINDOW) } else { now };
    let body = serde_json::json!({ "version": number, "digest": digest, "map_digest": document.map_digest,
        "materiality": difference.materiality, "effective_at": effective_at });
    let index = audit::log::append(tx, "policy.published", &body, None).await?;
    store::insert(tx, store::New { number, digest: &digest, document: &document, difference: &difference, log_index: index.0, effective_at }).await?;
    Ok(VersionNote { number, at: now.to_string(), effective_at: effective_at.to_string(), digest: digest.clone() })
}
