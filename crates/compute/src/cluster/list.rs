//! The clusters, those of the configuration file included, each with the node that it is here.

use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};

use super::model::{Cluster, ClusterId};
use super::{kind, store};
use crate::node;

/// All of them, by name.
///
/// # Errors
/// Database errors.
pub async fn list<P: Permission>(cx: &Cx, at: &Scope<P>) -> Result<Vec<Cluster>> {
    let nodes = node::list(cx, at).await?;
    let mut all = kind::of(cx)?.0.configured();
    for row in store::all(cx.db(), at).await? {
        all.push(row.shown()?);
    }
    for cluster in &mut all {
        cluster.node = nodes.iter().find(|node| node.name == cluster.name).cloned();
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

/// One that is enrolled.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn view<P: Permission>(cx: &Cx, at: &Scope<P>, id: ClusterId) -> Result<Cluster> {
    list(cx, at).await?.into_iter().find(|cluster| cluster.id == Some(id)).ok_or_else(|| Error::not_found("cluster"))
}
