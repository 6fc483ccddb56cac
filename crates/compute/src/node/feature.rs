//! What a node can do for its machines beside what every node can, as its driver said last.

use compute_driver::{Capabilities, Feature};
use kernel::{Error, Result, Tx};
use sea_orm::ConnectionTrait;

use super::model::NodeId;
use super::store;

/// The word for a screen console.
const SCREEN: &str = "screen_console";

/// The word for a feature in rows and answers.
pub(crate) fn word(feature: Feature) -> Result<String> {
    let word = serde_json::to_value(feature).ok().and_then(|value| value.as_str().map(str::to_owned));
    word.ok_or_else(|| Error::internal("a feature has no name"))
}

/// The words for all that a driver offers beside what every one must. A screen is none of its features, and still not everywhere.
pub(super) fn words(said: &Capabilities) -> Result<Vec<String>> {
    let screen = said.screen_console.then(|| SCREEN.to_owned());
    said.features.iter().map(|one| word(*one)).chain(screen.map(Ok)).collect()
}

/// Fails unless the node has the feature.
///
/// # Errors
/// `Conflict`, saying that it is the node that cannot.
pub(crate) async fn must_have(tx: &Tx, node: Option<NodeId>, feature: Feature) -> Result<()> {
    if has(tx.db(), node, feature).await? {
        return Ok(());
    }
    Err(Error::conflict(format!("The node of this machine cannot do that (it has no `{}`).", word(feature)?)))
}

/// Whether there is a node, and it has the feature.
///
/// # Errors
/// Database errors.
pub(crate) async fn has(db: &impl ConnectionTrait, node: Option<NodeId>, feature: Feature) -> Result<bool> {
    let wanted = word(feature)?;
    Ok(store::features(db, node).await?.values().flatten().any(|one| *one == wanted))
}
