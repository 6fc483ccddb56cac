//! Gives a public address back. It rests before anybody else gets it, so that what is still sent to it finds no stranger.

use std::time::Duration;

use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Result, Scope, Timestamp, Tx, setting};
use workflow::operation::by_subject;

use super::assign::ADDRESS_ASSIGN;
use super::model::AddressId;
use super::store::{self, Row};
use crate::quota;

/// Name of the setting that says for how many seconds an address rests.
pub const REST: &str = "compute.address_rest_seconds";

/// For how long it rests where the setting says nothing: names in caches have a day at most as a rule.
const USUAL_REST: u64 = 24 * 60 * 60;

/// Gives it back.
///
/// # Errors
/// `NotFound`; `Conflict` while it leads to a machine.
pub async fn delete<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: AddressId) -> Result<()> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        let moves = by_subject(tx.db(), ADDRESS_ASSIGN.name, &id.to_string()).await?.is_some_and(|operation| !operation.state.is_final());
        if row.instance_id.is_some() || moves {
            return Err(Error::conflict("This address leads to a machine. Take it away from the machine first."));
        }
        give_back(&tx, at, &row).await?;
        audit::record(&tx, at, id, "Gave a public address back").await
    })
    .await
}

/// Lets the address rest and frees its place in the quota, in the caller's transaction.
pub(super) async fn give_back<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, row: &Row) -> Result<()> {
    store::lay_down(tx, row, rested(tx).await?).await?;
    quota::release_address(tx, at).await
}

/// When what is given back now has rested.
pub(crate) async fn rested(tx: &Tx) -> Result<Timestamp> {
    let seconds: u64 = setting::read(tx.db(), REST).await?.unwrap_or(USUAL_REST);
    Ok(tx.cx().now().plus(Duration::from_secs(seconds)))
}
