//! Announces what disks take: their size over spans of time that follow each other without gap or overlap. Nothing is asked of a
//! hypervisor and nothing is rated here; a disk takes its room whether a machine has it or not.

use kernel::{ByWorkflow, Cx, Place, Result, Scope, Timestamp, Tx};

use super::store::{self, Row};
use crate::events::{DISK_MEASURED, DiskMeasured};

/// Disks that one transaction announces.
const BATCH: usize = 200;

/// One round over all disks; tells of how many something was announced.
pub(crate) async fn measure(cx: Cx) -> Result<usize> {
    let at = Scope::<ByWorkflow>::acting("compute.disk.measure", Place::Platform);
    let (rows, now) = (store::measured(cx.db(), &at).await?, cx.now());
    let mut announced = 0;
    for some in rows.chunks(BATCH) {
        announced += cx
            .write(async |tx| {
                let mut announced = 0;
                for row in some {
                    announced += usize::from(note(&tx, row, Some(now)).await?);
                }
                Ok(announced)
            })
            .await?;
    }
    Ok(announced)
}

/// Announces what the disk took since it was announced last, at the size that `row` has. Without `until` it is the last time, and the
/// span ends now. False when no time has passed or somebody else announced it.
///
/// # Errors
/// Database errors.
pub(super) async fn note(tx: &Tx, row: &Row, until: Option<Timestamp>) -> Result<bool> {
    let Some(from) = row.measured_to.map(Timestamp) else { return Ok(false) };
    let to = until.unwrap_or_else(|| tx.cx().now());
    let passed = from < to;
    if until.is_some() && !passed {
        return Ok(false);
    }
    if !store::measured_to(tx, row, until).await? || !passed {
        return Ok(false);
    }
    let fact = DiskMeasured { disk_id: row.id, seq: row.measured_seq + 1, from, to, size_gib: row.size_gib };
    tx.announce(DISK_MEASURED, row.place(), row.id, &fact).await?;
    Ok(true)
}
