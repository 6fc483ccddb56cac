//! Erases again whoever is on the ledger and still there: before the first request, because a
//! restored backup may hold people who were erased after it was made; and once a legal hold has ended.

use kernel::{ByWorkflow, Cx, Place, Result, Scope};
use uuid::Uuid;

use super::{ledger, rows};
use crate::certificate::{self, Asked};
use crate::wiring::Wiring;

/// Erases again whoever the ledger names and the database still holds; tells how many people.
///
/// # Errors
/// Database errors: then nothing may be served, because erased people would be.
pub async fn replay(cx: &Cx) -> Result<usize> {
    let lines = ledger::read(&cx.extension::<Wiring>()?.folder)?;
    erase_again(cx, "erasure.replayed", lines).await
}

/// Goes on with the erasure that a legal hold on `owner` had paused, if there is one.
///
/// # Errors
/// Database errors.
pub(crate) async fn resume(cx: &Cx, owner: Uuid) -> Result<usize> {
    let mut lines = Vec::new();
    for line in ledger::read(&cx.extension::<Wiring>()?.folder)? {
        // One that is under way finds by itself that the hold has ended.
        if line.owners.uuids().contains(&owner) && matches!(certificate::by_id(cx, line.certificate).await, Ok(Asked::Issued(_))) {
            lines.push(line);
        }
    }
    erase_again(cx, "erasure.resumed", lines).await
}

async fn erase_again(cx: &Cx, kind: &str, lines: Vec<ledger::Line>) -> Result<usize> {
    let wiring = cx.extension::<Wiring>()?;
    let mut again = 0;
    for line in lines {
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
        cx.write(async |tx| audit::log::append(&tx, kind, &body, None).await).await?;
        again += 1;
    }
    if again > 0 {
        crate::export::remove_orphans(cx).await?;
        cx.database().scrub().await?;
    }
    Ok(again)
}
