//! A machine is gone, and with it its card: its address is free, and public addresses lead nowhere.

use kernel::{Result, Tx};

use super::store;
use crate::address;
use crate::instance::InstanceId;

/// Takes the card away. Safe to repeat.
///
/// # Errors
/// Database errors.
pub(crate) async fn gone(tx: &Tx, id: InstanceId) -> Result<()> {
    address::store::lead_nowhere(tx, id).await?;
    store::remove(tx, id).await
}
