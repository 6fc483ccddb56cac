//! The list of versions, and one version with its differences and its proof.

use audit::proof::ProofBundle;
use kernel::{Cx, Result, Timestamp};
use serde::Serialize;

use super::diff::{Change, Materiality};
use super::{PageContent, Which, render, store, version};

/// One version in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PolicyVersion)]
pub struct Summary {
    /// 1, 2, 3 …
    pub number: i64,
    /// When it was published.
    pub at: Timestamp,
    /// From when it is in force.
    pub effective_at: Timestamp,
    /// It is in force now.
    pub in_force: bool,
    /// What the change asked for.
    pub materiality: Materiality,
    /// SHA-256 of its texts without number and dates, in hexadecimal.
    pub digest: String,
    /// Its entry in the tamper-evident log.
    pub log_index: u64,
}

/// One version with its differences from the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PolicyVersionView)]
pub struct VersionView {
    /// The version.
    pub version: Summary,
    /// Each difference from the version before.
    pub changes: Vec<Change>,
    /// The proof that it is on the log; the statement in it names the SHA-256 of every text as served.
    pub proof: ProofBundle,
}

fn summary(one: store::Version, in_force: i64) -> Summary {
    let store::Version { number, digest, materiality, log_index, at, effective_at } = one;
    Summary { number, at, effective_at, in_force: number == in_force, materiality, digest, log_index }
}

/// All versions, newest first.
///
/// # Errors
/// `Conflict` before the first.
pub async fn list(cx: &Cx) -> Result<Vec<Summary>> {
    let in_force = version(cx, Which::InForce).await?.number;
    Ok(store::all(cx.db()).await?.into_iter().map(|one| summary(one, in_force)).collect())
}

/// The version `number`.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn view(cx: &Cx, number: i64) -> Result<VersionView> {
    let one = version(cx, Which::Number(number)).await?;
    let in_force = version(cx, Which::InForce).await?.number;
    let changes = store::changes(cx.db(), number).await?;
    let proof = audit::log::bundle(cx, audit::log::LogIndex(one.log_index)).await?;
    Ok(VersionView { version: summary(one, in_force), changes, proof })
}

/// What each demand means to people.
fn demands() -> serde_json::Value {
    serde_json::json!({
        "nothing": "Nothing: only wording changed",
        "notice": "A notice: it takes nothing away",
        "notice_with_window": "A notice, and time before it is in force",
        "notice_and_new_consent": "A notice and a new choice",
    })
}

/// The page with the list.
///
/// # Errors
/// As [`list`].
pub async fn list_page(cx: &Cx) -> Result<PageContent> {
    let facts = serde_json::json!({ "versions": list(cx).await?, "demands": demands() });
    Ok(PageContent { title: "Versions of the policy".to_owned(), html_body: render::template("versions.html", &facts)? })
}

/// The page with the differences of one version.
///
/// # Errors
/// As [`view`].
pub async fn changes_page(cx: &Cx, number: i64) -> Result<PageContent> {
    let one = view(cx, number).await?;
    // Strict templates know no absent fields.
    let changes: Vec<_> = one
        .changes
        .iter()
        .map(|change| serde_json::json!({ "place": change.place, "what": change.what, "materiality": change.materiality, "asks": change.asks }))
        .collect();
    let facts = serde_json::json!({ "version": one.version, "changes": changes, "demands": demands() });
    Ok(PageContent { title: format!("Policy version {number}"), html_body: render::template("changes.html", &facts)? })
}
