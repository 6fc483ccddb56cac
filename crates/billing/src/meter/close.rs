//! Ends the billing of a resource.

use kernel::permission::AtOrganisation;
use kernel::{Result, Scope, Timestamp, Tx};

use super::store;
use crate::account;

/// Closes the open meter of `resource` at the real instant `from`; nothing happens when none is
/// open. A month that has begun stays billed; the next one is not.
///
/// # Errors
/// Database errors.
pub async fn close<P: AtOrganisation>(tx: &Tx, at: &Scope<P>, resource: &str, from: Timestamp) -> Result<()> {
    let organisation = at.organisation_id()?;
    let Some(meter) = store::open_of(tx.db(), organisation, resource).await? else { return Ok(()) };
    let account = account::store::held(tx, organisation).await?;
    store::set_closed(tx, meter.id, account.billing_time(from).max(meter.opened_at)).await
}
