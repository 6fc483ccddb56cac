//! What machines and their disks mean to each other: a machine that goes leaves its disks, and memory is not kept beside them.

use kernel::{Error, Result, Tx};

use super::store;
use crate::instance::InstanceId;

/// A machine is gone: its disks stay, and nobody has them. Safe to repeat.
///
/// # Errors
/// Database errors.
pub(crate) async fn left_by(tx: &Tx, id: InstanceId) -> Result<()> {
    store::leave(tx, id).await
}

/// Memory that is brought back believes that the disks are as they were, and a snapshot does not bring extra disks back with it.
///
/// # Errors
/// `Conflict` while the machine has extra disks.
pub(crate) async fn none_for_memory(tx: &Tx, id: InstanceId) -> Result<()> {
    match store::count_of_machine(tx.db(), id).await? {
        0 => Ok(()),
        _ => Err(Error::conflict(
            "A snapshot does not hold extra disks, so memory is neither kept nor brought back beside them. Detach them first, or do without memory.",
        )),
    }
}
