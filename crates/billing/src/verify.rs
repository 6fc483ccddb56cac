//! Runs every check of the books; for the operator's `verify` command and the trust page.

use kernel::{Cx, Result};

use crate::{invoice, ledger};

/// Everything that is wrong, in words; empty is good. Entries balance and chain, balances are their
/// projection, documents add up and are unchanged, numbers have no hole, months are billed once.
///
/// # Errors
/// Database errors.
pub async fn verify(cx: &Cx) -> Result<Vec<String>> {
    let mut faults = ledger::verify::faults(cx).await?;
    faults.extend(invoice::verify::faults(cx).await?);
    Ok(faults)
}
