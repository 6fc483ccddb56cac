//! Makes a backup of a machine. Undone, nothing of it is left and its place is free again.

use std::time::Duration;

use compute_driver::{DriverError, Progress, Reference};
use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{ByWorkflow, Cx, Error, Gate, KeyOwner, Result, Scope, Sealed, Tx};
use serde::{Deserialize, Serialize};
use workflow::operation::by_subject;
use workflow::{Next, Retry, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::model::{Backup, BackupFormat, BackupId, BackupState, Hostname, Name, NewBackup};
use super::store::{self, Column, Row};
use super::{list, retain};
use crate::drivers;
use crate::instance::{InstanceId, State, store as instances};
use crate::quota;

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct BackupInput {
    /// Which backup.
    pub backup_id: BackupId,
    /// Of which machine.
    pub instance_id: InstanceId,
}

/// A backup that somebody, or a plan, asks for.
pub(crate) struct Asked<'a> {
    /// What it is called.
    pub name: &'a str,
    /// The instant of the plan that asks for it.
    pub due_at: Option<i64>,
}

/// How often a hypervisor that is at work is asked again.
pub(super) const LOOK: Duration = Duration::from_secs(1);
/// A whole disk is copied, and some hypervisors answer when that is done.
pub(crate) const LONG: Retry = Retry { attempts: 12, timeout: Duration::from_secs(1_800), ..Retry::STANDARD };

/// Makes a backup. Its name on the hypervisor is its id, known before the first call.
pub static BACKUP_CREATE: Workflow<BackupInput> = Workflow {
    name: "compute.backup.create",
    title: "Make the backup",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("copy", "Copy the machine's disk", copy, remove, LONG), step!("finish", "Note that it is there", finish, nothing)],
};

/// Begins to make a backup.
///
/// # Errors
/// `Invalid` on `name`; `NotFound`; `Conflict` when the machine's state does not allow it or a backup is being made already;
/// `Exhausted` when the quota is used up.
pub async fn create<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, instance: InstanceId, new: &NewBackup) -> Result<Backup> {
    new.checks().done()?;
    let id = cx
        .write(async |tx| {
            let machine = instances::locked(&tx, at, instance).await?;
            if !matches!(machine.state, State::Running | State::Stopped) {
                return Err(Error::conflict(format!("This machine is {}, so no backup can be made now.", machine.state.in_words())));
            }
            if store::is_creating(&tx, at, instance).await? {
                return Err(Error::conflict("A backup of this machine is being made already. Wait until it is there."));
            }
            let id = begin(&tx, at, &machine, &Asked { name: new.name.trim(), due_at: None }).await?;
            audit::record(&tx, at, id, "A backup of a machine is made").await?;
            Ok(id)
        })
        .await?;
    list::view(cx, at, id).await
}

/// Writes the backup's row, takes its place and starts the work. The caller has locked the machine and looked at its state.
///
/// # Errors
/// `Exhausted` when the quota is used up; `Conflict` when the machine is on no node.
pub(crate) async fn begin<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, machine: &instances::Row, asked: &Asked<'_>) -> Result<BackupId> {
    let id = reserve(tx, at, machine, asked).await?;
    let start = Start { place: machine.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
    let operation = BACKUP_CREATE.start(tx, start, &BackupInput { backup_id: id, instance_id: machine.id }).await?;
    store::set(tx, id, &[(Column::OperationId, Some(operation).into())]).await?;
    Ok(id)
}

/// Writes the backup's row and takes its place, for a workflow that has it made. The caller has locked the machine and looked at its state.
///
/// # Errors
/// As [`begin`].
pub(crate) async fn reserve<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, machine: &instances::Row, asked: &Asked<'_>) -> Result<BackupId> {
    quota::reserve_backup(tx, at).await?;
    let row = row(tx, at, machine, asked).await?;
    let id = row.id;
    store::insert(tx, row).await?;
    Ok(id)
}

/// Notes that a backup of the plan was not made, so that its owner sees it. It takes no place.
///
/// # Errors
/// Database errors; `Conflict` when the machine is on no node.
pub(crate) async fn missed<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, machine: &instances::Row, asked: &Asked<'_>, problem: String) -> Result<()> {
    let row = row(tx, at, machine, asked).await?;
    store::insert(tx, Row { state: BackupState::Failed, problem: Some(problem), ..row }).await
}

async fn row<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, machine: &instances::Row, asked: &Asked<'_>) -> Result<Row> {
    let gate = Gate::new(tx.cx(), at, &purpose::SERVICE, [machine.hostname.bytes()]).await?;
    let owner = KeyOwner::Organisation(machine.organisation_id);
    Ok(Row {
        id: tx.cx().new_id(),
        organisation_id: machine.organisation_id,
        project_id: machine.project_id,
        instance_id: machine.id,
        hostname: Sealed::<Hostname>::seal(tx, owner, &machine.hostname.open(&gate)?).await?,
        name: Sealed::<Name>::seal(tx, owner, &asked.name.to_owned()).await?,
        scheduled: asked.due_at.is_some(),
        due_at: asked.due_at,
        state: BackupState::Creating,
        problem: None,
        percent: None,
        bytes: None,
        format: None,
        disk_gib: machine.disk_gib,
        template_id: machine.template_id,
        template_name: machine.template_name.clone(),
        template_title: machine.template_title.clone(),
        region_id: machine.region_id,
        region_title: machine.region_title.clone(),
        node_name: machine.node_name.clone().ok_or_else(|| Error::conflict("This machine is on no node."))?,
        test_outcome: None,
        test_at: None,
        test_problem: None,
        test_memory_mib: None,
        operation_id: None,
        taken_at: None,
        created_at: tx.cx().now().0,
        deleted_at: None,
    })
}

/// The name that a backup carries on the hypervisor.
pub(crate) fn name(id: BackupId) -> Result<Reference> {
    Reference::parse(&id.to_string()).map_err(|error| Error::internal("a backup's id is no reference").caused_by(error))
}

async fn copy(step: StepCx, input: BackupInput) -> Result<Next> {
    let row = store::by_id(step.cx().db(), &step.scope(), input.backup_id).await?;
    let driver = drivers::of(step.cx(), &row.node_name)?;
    match driver.create_backup(&drivers::reference(input.instance_id)?, &name(row.id)?).await {
        Ok(Progress::Working { percent }) => {
            let percent = percent.map(i32::from);
            if percent != row.percent {
                step.write(async |tx| store::set(&tx, row.id, &[(Column::Percent, percent.into())]).await).await?;
            }
            Ok(Next::Again(LOOK))
        }
        Ok(Progress::Done(made)) => {
            let columns = [
                (Column::Bytes, i64::try_from(made.bytes).ok().into()),
                (Column::Format, Some(BackupFormat::from(made.format)).into()),
                // The guest may have got another size since the backup was asked for.
                (Column::DiskGib, i32::try_from(made.size.disk_gib).unwrap_or(row.disk_gib).into()),
                (Column::TakenAt, Some(made.taken_at_us).into()),
            ];
            step.write(async |tx| store::set(&tx, row.id, &columns).await).await?;
            Ok(Next::Done)
        }
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

async fn remove(step: StepCx, input: BackupInput) -> Result<()> {
    let row = store::by_id(step.cx().db(), &step.scope(), input.backup_id).await?;
    match drivers::of(step.cx(), &row.node_name)?.delete_backup(&name(row.id)?).await {
        Ok(()) | Err(DriverError::Unsupported { .. }) => {}
        Err(error) => return Err(drivers::said(error)),
    }
    settle(&step, input.backup_id, BackupState::Failed).await
}

async fn finish(step: StepCx, input: BackupInput) -> Result<Next> {
    settle(&step, input.backup_id, BackupState::Ready).await?;
    step.write(async |tx| retain::retain(&tx, &step.scope(), input.instance_id).await).await?;
    Ok(Next::Done)
}

/// Gives the place of a backup back that was reserved, if nobody has begun to make it. Safe to repeat.
///
/// # Errors
/// Database errors.
pub(crate) async fn give_up(tx: &Tx, at: &Scope<ByWorkflow>, id: BackupId, problem: &str) -> Result<()> {
    let row = store::locked(tx, at, id).await?;
    if by_subject(tx.db(), BACKUP_CREATE.name, &id.to_string()).await?.is_none() && store::change(tx, &row, BackupState::Failed, Some(problem)).await? {
        quota::release_backups(tx, at, 1).await?;
    }
    Ok(())
}

/// Writes the state in which a backup ends, and gives its place back unless it stays.
pub(super) async fn settle(step: &StepCx, id: BackupId, to: BackupState) -> Result<()> {
    let problem = (to == BackupState::Failed).then_some("It could not be made. The operation says why.");
    step.write(async |tx| {
        let at = step.scope();
        let row = store::locked(&tx, &at, id).await?;
        if store::change(&tx, &row, to, problem).await? && to != BackupState::Ready {
            quota::release_backups(&tx, &at, 1).await?;
        }
        Ok(())
    })
    .await
}
