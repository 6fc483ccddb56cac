//! What is asked of the driver of a kind of cluster before and while a cluster of it is enrolled. The server answers it: this domain
//! knows no vendor (`docs/decisions/0018-clusters-are-enrolled-while-it-runs.md`).

use std::sync::Arc;

use compute_driver::{Driver, DriverError};
use futures::future::BoxFuture;
use kernel::{Cx, Error, Result};
use serde_json::Value;
use zeroize::Zeroizing;

use super::model::{Cluster, ClusterAddress, ClusterSurvey};

/// Where a cluster is and who we are to it.
#[derive(Clone)]
pub struct Access {
    /// Where its nodes answer.
    pub addresses: Vec<ClusterAddress>,
    /// Who we are to it.
    pub token_id: String,
    /// The secret half; wiped when this is dropped.
    pub token_secret: Zeroizing<String>,
}

/// The driver of a kind of cluster, as far as enrolling goes.
pub trait Kind: Send + Sync {
    /// The driver's name, `proxmox`.
    fn name(&self) -> &'static str;

    /// Whether a token and a mapping could be right. Nothing is asked.
    ///
    /// # Errors
    /// `Invalid` at `token_id`, `token_secret` or `mapping`.
    fn check_form(&self, access: &Access, mapping: Option<&Value>) -> Result<()>;

    /// Whether the guests that were made under the mapping `before` stay what they are under `after`.
    ///
    /// # Errors
    /// `Conflict` naming what may not change while there are any.
    fn check_change(&self, before: &Value, after: &Value) -> Result<()>;

    /// Looks at the cluster: what there is, and what the token lacks for `mapping`. Addresses are the caller's to look at.
    fn survey<'a>(&'a self, cx: &'a Cx, access: Access, mapping: Option<&'a Value>) -> BoxFuture<'a, Result<ClusterSurvey, DriverError>>;

    /// A driver for it, with an open line. Nothing is asked yet.
    fn open<'a>(&'a self, cx: &'a Cx, access: Access, mapping: &'a Value) -> BoxFuture<'a, Result<Arc<dyn Driver>>>;

    /// The clusters that the configuration file names.
    fn configured(&self) -> Vec<Cluster>;
}

/// The extension.
pub struct Kinds(pub Box<dyn Kind>);

/// The kind of clusters that this installation can enrol.
pub(super) fn of(cx: &Cx) -> Result<Arc<Kinds>> {
    cx.extension::<Kinds>()
}

/// What a cluster said while somebody enrols it, at the field that mends it.
pub(super) fn told(error: DriverError) -> Error {
    match &error {
        DriverError::Unauthorised { reason } => {
            Error::invalid("token_secret", format!("The cluster does not accept this token: {}.", reason.trim_end_matches('.'))).caused_by(error)
        }
        DriverError::Untrusted { .. } => Error::invalid("addresses", format!("{error}. Compare it with what the node shows before you trust it.")),
        _ => Error::unavailable(error.to_string()).caused_by(error),
    }
}
