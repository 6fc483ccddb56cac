//! A machine is gone, and with it its card: its address is free, public addresses lead nowhere, and no security group stands for it.

use kernel::{Result, Tx};

use super::store;
use crate::address;
use crate::instance::InstanceId;
use crate::instance::store::{self as instances, Column};
use crate::security_group::SecurityGroupId;

/// Takes the card away. Safe to repeat.
///
/// # Errors
/// Database errors.
pub(crate) async fn gone(tx: &Tx, id: InstanceId) -> Result<()> {
    address::store::lead_nowhere(tx, id).await?;
    instances::set(tx, id, &[(Column::SecurityGroupId, None::<SecurityGroupId>.into())]).await?;
    store::remove(tx, id).await
}
