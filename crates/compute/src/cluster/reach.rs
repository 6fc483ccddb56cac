//! What is needed to reach an enrolled cluster, its opened token included: for the operator at the machine, who asks a driver for
//! what no API offers. No route leads here.

use kernel::{ByWorkflow, Cx, Error, Result, Scope};
use serde_json::Value;

use super::kind::Access;
use super::store;

/// Access to the cluster `name`, and what of it is ours to use.
///
/// # Errors
/// `NotFound` for a cluster that is not enrolled; `Internal` when its token was sealed by another installation.
pub async fn reach(cx: &Cx, at: &Scope<ByWorkflow>, name: &str) -> Result<(Access, Value)> {
    let row = store::all(cx.db(), at).await?.into_iter().find(|row| row.name() == name).ok_or_else(|| Error::not_found("cluster"))?;
    Ok((row.access(cx)?, row.mapping()?))
}
