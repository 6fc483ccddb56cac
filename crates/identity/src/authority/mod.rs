//! Who may do what, and where: credentials become a person, their role in the named place becomes
//! a decision of the Cedar policies.

mod decide;
mod grant;
mod store;

pub use decide::{Caller, Policies, Via};

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::http::{Authority, Credentials, Wanted};
use kernel::permission::PermissionInfo;
use kernel::scope::Granted;
use kernel::{Cx, Result};

/// The authority of an installation.
#[derive(Clone)]
pub struct IdentityAuthority {
    policies: Arc<Policies>,
}

impl IdentityAuthority {
    /// Reads the policies against a schema of `permissions`; this domain's own are added.
    ///
    /// # Errors
    /// `Internal` when the policies do not fit the schema: then the program must not start.
    pub fn new(permissions: Vec<PermissionInfo>) -> Result<Self> {
        Ok(Self { policies: Arc::new(Policies::new(permissions)?) })
    }
}

impl Authority for IdentityAuthority {
    fn grant<'a>(&'a self, cx: &'a Cx, credentials: &'a Credentials, wanted: Wanted) -> BoxFuture<'a, Result<Granted>> {
        Box::pin(grant::grant(&self.policies, cx, credentials, wanted))
    }
}
