//! Changes an enrolled cluster: its addresses and the certificates that are trusted there, its token, its mapping. Machines go on.

use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};

use super::list::view;
use super::model::{Cluster, ClusterId, ClusterPatch};
use super::{follow, kind, store};
use crate::instance::store as instances;
use crate::node;

/// Changes it. Every process opens its lines anew within seconds; work that is under way ends with the line that it has.
///
/// # Errors
/// `NotFound`; `Invalid` with every wrong field; `Conflict` when somebody else was faster, or machines would not be found again.
pub async fn update<P: Permission>(cx: &Cx, at: &Scope<P>, id: ClusterId, patch: &ClusterPatch) -> Result<Cluster> {
    patch.checks().done()?;
    let kind = kind::of(cx)?;
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if patch.version.is_some_and(|seen| seen != row.version()) {
            return Err(Error::conflict("Somebody has changed this cluster meanwhile. Look at it again."));
        }
        let after = row.changed(tx.cx(), patch)?;
        kind.0.check_form(&after.access(tx.cx())?, Some(&after.mapping()?))?;
        if let Some(mapping) = &patch.mapping
            && let Some(node) = node::store::by_name(tx.db(), row.name()).await?
            && instances::count_on_node(&tx, at, node.id).await? > 0
        {
            kind.0.check_change(&row.mapping()?, mapping)?;
        }
        store::replace(&tx, at, after).await?;
        audit::record(&tx, at, id, in_words(patch)).await
    })
    .await?;
    follow(cx).await?;
    view(cx, at, id).await
}

fn in_words(patch: &ClusterPatch) -> String {
    let parts = [
        (patch.addresses.is_some(), "addresses and certificates"),
        (patch.token_id.is_some() || patch.token_secret.is_some(), "token"),
        (patch.mapping.is_some(), "mapping"),
    ];
    let changed: Vec<_> = parts.into_iter().filter_map(|(is, what)| is.then_some(what)).collect();
    format!("A cluster is changed: {}", if changed.is_empty() { "nothing".to_owned() } else { changed.join(", ") })
}
