//! Compares disks at rest with what their hypervisor keeps. One that went behind our back is lost: it costs nothing until it is back, and
//! its owner hears of it. A hypervisor's silence is no loss.

use std::collections::HashSet;

use compute_driver::{Disk, Driver};
use kernel::{ByWorkflow, Cx, Result, Scope};

use super::change::reference;
use super::measure::note;
use super::model::DiskState;
use super::store::{self, Column, Row};
use crate::drivers;
use crate::events::{DISK_LOST, DiskFact};

/// What the owner of a lost disk reads.
const LOST: &str = "Its node does not have it any more. It costs nothing until it is back.";

/// A node's disks beside those that its hypervisor listed; tells how many changed.
pub(crate) async fn reconcile(cx: &Cx, driver: &dyn Driver, rows: &[Row], listed: &[Disk]) -> Result<usize> {
    let listed: HashSet<&str> = listed.iter().map(|disk| disk.reference.as_str()).collect();
    let mut changed = 0;
    for row in rows {
        if verdict(row.state, listed.contains(row.id.to_string().as_str())).is_some() {
            changed += usize::from(correct(cx, driver, row).await?);
        }
    }
    Ok(changed)
}

/// The state that being there, or not, calls for where it contradicts `state`. Work in progress is never interfered with.
fn verdict(state: DiskState, there: bool) -> Option<DiskState> {
    match (state, there) {
        (DiskState::Ready, false) => Some(DiskState::Lost),
        (DiskState::Lost, true) => Some(DiskState::Ready),
        _ => None,
    }
}

/// Looks once more, for this disk alone, then corrects the row if nothing else has happened to it meanwhile.
async fn correct(cx: &Cx, driver: &dyn Driver, row: &Row) -> Result<bool> {
    let reference = reference(row.id)?;
    let Ok(found) = drivers::in_time(driver.find_disk(&reference)).await else { return Ok(false) };
    let Some(to) = verdict(row.state, found.is_some()) else { return Ok(false) };
    cx.write(async |tx| {
        let now = store::locked(&tx, &Scope::<ByWorkflow>::acting("compute.instance.reconcile", row.place()), row.id).await?;
        if now.operation_id != row.operation_id || now.state != row.state || !store::change(&tx, &now, to).await? {
            return Ok(false);
        }
        let at = tx.cx().now();
        if to == DiskState::Lost {
            tracing::warn!(%reference, "a disk is gone from its node, and nobody had asked for that here");
            note(&tx, &now, None).await?;
            store::set(&tx, row.id, &[(Column::Problem, Some(LOST).into())]).await?;
            tx.announce(DISK_LOST, now.place(), row.id, &DiskFact { disk_id: row.id, at }).await?;
        } else {
            tracing::info!(%reference, "a disk is back on its node");
            store::set(&tx, row.id, &[(Column::Problem, None::<String>.into()), (Column::MeasuredTo, Some(at.0).into())]).await?;
        }
        Ok(true)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_disks_at_rest_are_lost_and_come_back() {
        use DiskState::{Attaching, Creating, Deleted, Deleting, Detaching, Failed, Growing, Lost, Ready};
        assert_eq!((verdict(Ready, false), verdict(Lost, true)), (Some(Lost), Some(Ready)));
        assert!(Ready.may_become(Lost) && Lost.may_become(Ready));
        assert_eq!((verdict(Ready, true), verdict(Lost, false)), (None, None));
        for state in [Creating, Attaching, Detaching, Growing, Deleting, Deleted, Failed] {
            assert_eq!((verdict(state, true), verdict(state, false)), (None, None), "{state:?}");
        }
    }
}
