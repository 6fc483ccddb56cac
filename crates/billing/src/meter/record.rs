//! Counts a reading, exactly once.

use kernel::permission::AtOrganisation;
use kernel::{Error, Result, Scope, Tx};

use super::model::{Reading, Used, hour_of};
use super::store;
use crate::account;

/// Adds `reading` to the resource's meter; false when its sequence was counted before.
///
/// # Errors
/// `NotFound` when the resource was never metered; database errors.
pub async fn record<P: AtOrganisation>(tx: &Tx, at: &Scope<P>, resource: &str, reading: Reading) -> Result<bool> {
    let organisation = at.organisation_id()?;
    let meter = store::newest_of(tx.db(), organisation, resource).await?.ok_or_else(|| Error::not_found("meter"))?;
    if !store::insert_reading(tx, &meter, reading.sequence, reading.at).await? {
        return Ok(false);
    }
    // The account is held so that no close sums up its period between here and the commit.
    let account = account::store::held(tx, organisation).await?;
    let hour = hour_of(account.billing_time(reading.at), account.period_from);
    store::add_usage(tx, meter.id, hour, Used::of(&reading, meter.rates.disk_gib)).await?;
    Ok(true)
}
