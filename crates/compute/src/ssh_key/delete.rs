//! Forgets an SSH key. Machines that were ordered with it keep it.

use kernel::permission::AtProject;
use kernel::{Cx, Result, Scope};

use super::model::SshKeyId;
use super::store;

/// Forgets the key.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn delete<P: AtProject>(cx: &Cx, at: &Scope<P>, id: SshKeyId) -> Result<()> {
    cx.write(async |tx| {
        store::remove(&tx, at, id).await?;
        audit::record(&tx, at, id, "Forgot an SSH key").await
    })
    .await
}
