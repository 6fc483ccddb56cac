//! Enrols a cluster: from this transaction on every process opens a line to it within seconds.

use kernel::permission::Permission;
use kernel::{Cx, Error, Kind, Result, Scope};
use zeroize::Zeroizing;

use super::kind::{self, Access};
use super::list::view;
use super::model::{Cluster, ClusterId, NewCluster};
use super::{follow, store};
use crate::drivers::Drivers;

/// Enrols it. Nothing is asked of it here; look with [`super::check`] first.
///
/// # Errors
/// `Invalid` with every wrong field; `Conflict` at `name` when a node has it already.
pub async fn create<P: Permission>(cx: &Cx, at: &Scope<P>, new: &NewCluster) -> Result<Cluster> {
    new.checks().done()?;
    let access = Access {
        addresses: new.addresses.clone(),
        token_id: new.token_id.trim().to_owned(),
        token_secret: Zeroizing::new(new.token_secret.0.trim().to_owned()),
    };
    let kind = kind::of(cx)?;
    kind.0.check_form(&access, Some(&new.mapping))?;
    if cx.extension::<Drivers>()?.named(&new.name).is_some() {
        return Err(taken());
    }
    let id: ClusterId = cx.new_id();
    cx.write(async |tx| {
        // A node that was a cluster of the configuration once keeps its name and its machines.
        if crate::node::store::by_name(tx.db(), &new.name).await?.is_some() {
            return Err(taken());
        }
        let conflict = |error: Error| if error.kind() == Kind::Conflict { taken() } else { error };
        store::insert(&tx, at, id, kind.0.name(), new, &access).await.map_err(conflict)?;
        audit::record(&tx, at, id, "A cluster is enrolled").await
    })
    .await?;
    follow(cx).await?;
    view(cx, at, id).await
}

fn taken() -> Error {
    Error::conflict_at("name", "a node has this name already")
}
