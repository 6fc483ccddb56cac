//! Replays the ledger before the first request: a restored backup may hold people again who were
//! erased after it was made.

use kernel::{ByWorkflow, Cx, Place, Result, Scope};

use super::{ledger, rows};
use crate::wiring::Wiring;

/// Erases again whoever the ledger names and the database still holds; tells how many people.
///
/// # Errors
/// Database errors: then nothing may be served, because erased people would be.
pub async fn replay(cx: &Cx) -> Result<usize> {
    let wiring = cx.extension::<Wiring>()?;
    let mut again = 0;
    for line in ledger::read(&wiring.folder)? {
        if rows::remaining(cx, &line.owners).await? == 0 {
            continue;
        }
        let at = Scope::<ByWorkflow>::acting("privacy.erasure.replay", Place::Platform);
        for hook in &wiring.erasures {
            // What hooks destroy is outside the backup and gone since the first time; a hypervisor
            // that is away must not keep erased people in the database.
            if let Err(error) = hook.destroy(cx, &at, &line.owners).await {
                tracing::warn!(error = %error, "a hook failed while the erasure ledger was replayed");
            }
        }
        let deleted = rows::remove(cx, &line.owners, None).await?;
        let keys = rows::shred(cx, &line.owners, None).await?;
        wiring.accounts.forget(cx, line.owners.person).await;
        let body = serde_json::json!({ "certificate": line.certificate, "deleted": deleted, "keys": keys });
        cx.write(async |tx| audit::log::append(&tx, "erasure.replayed", &body, None).await).await?;
        again += 1;
    }
    if again > 0 {
        crate::export::remove_orphans(cx).await?;
        cx.database().scrub().await?;
    }
    Ok(again)
}
