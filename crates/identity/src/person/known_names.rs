//! The names that activity logs show.

use std::collections::HashMap;

use kernel::map::purpose;
use kernel::{ByWorkflow, Cx, PersonId, Place, Result, Scope};

/// Knows the names of everybody who has an account; erased people have none. The list that asks
/// has decided already who may see the lines that the names belong to.
#[derive(Debug, Clone, Copy, Default)]
pub struct KnownNames;

#[async_trait::async_trait]
impl audit::Names for KnownNames {
    async fn names(&self, cx: &Cx, ids: &[PersonId]) -> Result<HashMap<PersonId, String>> {
        let at = Scope::<ByWorkflow>::acting("audit.activity.list", Place::Platform);
        super::names(cx, &at, &purpose::ACCOUNT, ids).await
    }
}
