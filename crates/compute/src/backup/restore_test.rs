//! Tests a backup: it becomes a guest of its own, cut off from every network, is watched until its system is up, and is removed again.
//! What the guest prints is looked at and not kept.

use std::time::Duration;

use anstream::adapter::strip_bytes;
use compute_driver::{DriverError, GuestSpec, Progress, Status};
use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Kind, Result, Scope, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::create::{LONG, LOOK, name};
use super::model::{BackupId, BackupState, RestoreTestOutcome};
use super::store::{self, Column, Row};
use crate::events::{BACKUP_TESTED, BackupFact};
use crate::instance::bring_up::PATIENT;
use crate::instance::{mac, store as instances};
use crate::node::{self, place};
use crate::{drivers, host};

/// What the workflow works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RestoreTestInput {
    /// Which backup.
    pub backup_id: BackupId,
    /// Memory of the guest that is made of it, in MiB: as much as its machine has.
    pub memory_mib: u32,
    /// The address of that guest's card.
    pub mac: String,
}

/// Tests a backup. The guest carries the backup's id, so that whoever meets it knows what it is.
pub static RESTORE_TEST: Workflow<RestoreTestInput> = Workflow {
    name: "compute.backup.test",
    title: "Test the backup",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("restore", "Restore it as a machine of its own", restore, give_up, LONG),
        step!("boot", "Switch that machine on, cut off from every network", boot, nothing),
        step!("watch", "Wait until its system is up", watch, nothing, PATIENT),
        step!("finish", "Remove that machine", finish, nothing, LONG),
    ],
};

/// How long a guest that says nothing has to keep running.
const WATCHED: Duration = Duration::from_secs(180);
/// How often it is looked at.
const GLANCE: Duration = Duration::from_secs(3);
/// What the guest of a machine gets that is not known any more.
const MEMORY_MIB: u32 = 1_024;
/// Processors of the guest.
pub(super) const CPUS: u32 = 1;

/// Begins to test a backup.
///
/// # Errors
/// `NotFound`; `Conflict` when the backup is not ready or is being tested; `Exhausted` when its node has no room for the test.
pub async fn restore_test<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: BackupId) -> Result<OperationId> {
    cx.write(async |tx| {
        let operation = begin(&tx, at, id).await?;
        audit::record(&tx, at, id, "A backup of a machine is tested").await?;
        Ok(operation)
    })
    .await
}

/// Starts the test in the caller's transaction.
///
/// # Errors
/// As [`restore_test`].
pub(crate) async fn begin<P: AtProject>(tx: &Tx, at: &Scope<P>, id: BackupId) -> Result<OperationId> {
    let row = store::locked(tx, at, id).await?;
    if row.state != BackupState::Ready {
        return Err(Error::conflict("This backup is not ready, so it cannot be tested."));
    }
    if row.test_memory_mib.is_some() {
        return Err(Error::conflict("This backup is being tested already."));
    }
    let memory_mib = match instances::by_id(tx.db(), at, row.instance_id).await {
        Ok(machine) => machine.shape().size().memory_mib,
        Err(error) if error.kind() == Kind::NotFound => MEMORY_MIB,
        Err(error) => return Err(error),
    };
    let input = RestoreTestInput { backup_id: id, memory_mib, mac: mac(tx)? };
    place::room_for_test(tx, &row.node_name, spec(&row, &input, Vec::new())?.size()).await?;
    let start = Start { place: row.place(), subject: &row.id.to_string(), started_by: at.actor().person(), key: None };
    let operation = RESTORE_TEST.start(tx, start, &input).await?;
    store::note_test(tx, id, RestoreTestOutcome::Running, None).await?;
    // Its room is its own until it is removed, as a machine's.
    store::set(tx, id, &[(Column::TestMemoryMib, i32::try_from(memory_mib).ok().into()), (Column::OperationId, Some(operation).into())]).await?;
    Ok(operation)
}

async fn row(step: &StepCx, input: &RestoreTestInput) -> Result<Row> {
    store::by_id(step.cx().db(), &step.scope(), input.backup_id).await
}

/// Nothing in it is the customer's: neither names nor keys are needed to see a system come up.
fn spec(row: &Row, input: &RestoreTestInput, avoid: Vec<String>) -> Result<GuestSpec> {
    Ok(GuestSpec {
        reference: name(row.id)?,
        hostname: "restore-test".to_owned(),
        ssh_keys: Vec::new(),
        cpus: CPUS,
        memory_mib: input.memory_mib,
        disk_gib: u32::try_from(row.disk_gib).unwrap_or(0),
        template: row.template_name.clone(),
        mac: input.mac.clone(),
        ssh_port: None,
        user_data: None,
        password: None,
        card: None,
        avoid,
        cut_off: true,
    })
}

async fn restore(step: StepCx, input: RestoreTestInput) -> Result<Next> {
    let row = row(&step, &input).await?;
    let avoid = match node::store::by_name(step.cx().db(), &row.node_name).await? {
        Some(node) => host::store::closed_on(step.cx().db(), node.id).await?,
        None => Vec::new(),
    };
    match drivers::of(step.cx(), &row.node_name)?.restore_backup(&name(row.id)?, &spec(&row, &input, avoid)?).await {
        Ok(Progress::Working { .. }) => Ok(Next::Again(LOOK)),
        Ok(Progress::Done(_)) => Ok(Next::Done),
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

async fn boot(step: StepCx, input: RestoreTestInput) -> Result<Next> {
    let row = row(&step, &input).await?;
    match drivers::of(step.cx(), &row.node_name)?.start(&name(row.id)?).await {
        // From now on its silence counts.
        Ok(()) => step.write(async |tx| store::note_test(&tx, row.id, RestoreTestOutcome::Running, None).await).await?,
        Err(DriverError::Failed { .. }) => decide(&step, &row, RestoreTestOutcome::Failed, Some("It does not start.")).await?,
        Err(error) => return Err(drivers::told(&step, error).await),
    }
    Ok(Next::Done)
}

async fn watch(step: StepCx, input: RestoreTestInput) -> Result<Next> {
    let row = row(&step, &input).await?;
    if row.test_outcome != Some(RestoreTestOutcome::Running) {
        return Ok(Next::Done);
    }
    let driver = drivers::of(step.cx(), &row.node_name)?;
    let reference = name(row.id)?;
    let status = driver.status(&reference).await.map_err(drivers::said)?;
    let waited = step.cx().now() >= Timestamp(row.test_at.unwrap_or_default()).plus(WATCHED);
    match status {
        Status::Running if is_up(&driver.console_backlog(&reference).await.unwrap_or_default()) => {
            decide(&step, &row, RestoreTestOutcome::Passed, None).await?;
        }
        Status::Running if waited => decide(&step, &row, RestoreTestOutcome::Started, None).await?,
        Status::Stopped | Status::Absent => decide(&step, &row, RestoreTestOutcome::Failed, Some("It stopped by itself before its system was up.")).await?,
        _ if waited => decide(&step, &row, RestoreTestOutcome::Failed, Some("It did not keep running.")).await?,
        _ => return Ok(Next::Again(GLANCE)),
    }
    Ok(Next::Done)
}

/// Whether what a serial line printed ends as that of a system that waits for somebody: with the question for a name, or with root's prompt.
fn is_up(printed: &[u8]) -> bool {
    let plain: Vec<u8> = strip_bytes(printed).flatten().copied().collect();
    let text = String::from_utf8_lossy(&plain);
    let last = text.trim_end().lines().last().unwrap_or_default().trim();
    text.contains(" login:") || (last.ends_with('#') && (last.starts_with("root@") || last.starts_with(['~', '/'])))
}

async fn decide(step: &StepCx, row: &Row, outcome: RestoreTestOutcome, problem: Option<&str>) -> Result<()> {
    step.write(async |tx| {
        store::note_test(&tx, row.id, outcome, problem).await?;
        let fact = BackupFact { backup_id: row.id, instance_id: row.instance_id, outcome, at: tx.cx().now() };
        tx.announce(BACKUP_TESTED, row.place(), row.id, &fact).await
    })
    .await
}

async fn finish(step: StepCx, input: RestoreTestInput) -> Result<Next> {
    remove(&step, &row(&step, &input).await?).await?;
    Ok(Next::Done)
}

async fn give_up(step: StepCx, input: RestoreTestInput) -> Result<()> {
    let row = row(&step, &input).await?;
    remove(&step, &row).await?;
    if row.test_outcome == Some(RestoreTestOutcome::Running) {
        decide(&step, &row, RestoreTestOutcome::NotTested, Some("It could not be tested. The operation says why.")).await?;
    }
    Ok(())
}

async fn remove(step: &StepCx, row: &Row) -> Result<()> {
    drivers::of(step.cx(), &row.node_name)?.destroy(&name(row.id)?).await.map_err(drivers::said)?;
    step.write(async |tx| store::set(&tx, row.id, &[(Column::TestMemoryMib, None::<i32>.into())]).await).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_that_waits_for_somebody_is_up() {
        for up in ["Debian GNU/Linux 12 web ttyS0\r\n\r\nweb login: ", "BusyBox v1.35\r\n\r\n~ # ", "\r\nroot@web-1:/root# \u{1b}[6n"] {
            assert!(is_up(up.as_bytes()), "{up}");
        }
        for not_yet in [
            "",
            "[    1.2] virtio_blk virtio0: [vda]",
            "Kernel panic - not syncing: VFS: Unable to mount root fs",
            "root@web:~# reboot\r\n[  0.0] Linux",
            "[  OK  ] Reached target #",
        ] {
            assert!(!is_up(not_yet.as_bytes()), "{not_yet}");
        }
    }
}
