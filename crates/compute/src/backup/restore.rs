//! Brings a machine back to a backup of its own. What was written since is gone, with its snapshots; the machine keeps the size
//! that it has now.

use compute_driver::{DriverError, Progress, Status};
use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Result, Scope};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::create::{LONG, LOOK, name};
use super::model::{BackupId, BackupState};
use super::store;
use crate::instance::bring_up::{BringsUp, PATIENT, boot, finish, wait};
use crate::instance::{InstanceId, State, change, guest, store as instances};
use crate::{card, drivers, snapshot};

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct BackupRestoreInput {
    /// Which backup.
    pub backup_id: BackupId,
    /// Of which machine.
    pub instance_id: InstanceId,
    /// Whether the machine runs afterwards, as it did before.
    pub runs: bool,
}

impl BringsUp for BackupRestoreInput {
    fn instance(&self) -> InstanceId {
        self.instance_id
    }

    fn runs(&self) -> bool {
        self.runs
    }
}

/// Brings a machine back. When the disk cannot be brought back, the machine goes on with the one that it has.
pub static BACKUP_RESTORE: Workflow<BackupRestoreInput> = Workflow {
    name: "compute.backup.restore",
    title: "Restore the machine",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("stop", "Stop the machine", stop, go_on),
        step!("restore", "Bring the disk back", bring_back, nothing, LONG),
        step!("boot", "Switch it on", boot, nothing),
        step!("wait", "Wait for the machine", wait, nothing, PATIENT),
        step!("finish", "Hand it over", finish, nothing),
    ],
};

/// Begins to bring the machine back. It runs afterwards if it runs now.
///
/// # Errors
/// `NotFound`; `Conflict` when the machine is gone, or its state or the backup's do not allow it.
pub async fn restore<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: BackupId) -> Result<(InstanceId, OperationId)> {
    cx.write(async |tx| {
        let instance = store::by_id(tx.db(), at, id).await?.instance_id;
        let gone = || Error::conflict("The machine of this backup is gone. Order a new machine from the backup.");
        // The machine first, as everywhere, so that two transactions cannot lock crosswise.
        let machine = instances::locked(&tx, at, instance).await.map_err(|error| if error.kind() == kernel::Kind::NotFound { gone() } else { error })?;
        let backup = store::locked(&tx, at, id).await?;
        if machine.state == State::Deleted {
            return Err(gone());
        }
        if backup.state != BackupState::Ready {
            return Err(Error::conflict("This backup is not ready, so the machine cannot be brought back to it."));
        }
        if !matches!(machine.state, State::Running | State::Stopped) {
            return Err(Error::conflict(format!("This machine is {}, so it cannot be brought back now.", machine.state.in_words())));
        }
        if store::is_creating(&tx, at, instance).await? {
            return Err(Error::conflict("A backup of this machine is being made. Wait until it is there."));
        }
        if machine.node_name.as_ref() != Some(&backup.node_name) {
            return Err(Error::conflict("This backup is kept on another node than its machine. Order a new machine from the backup."));
        }
        let runs = machine.state == State::Running;
        change(&tx, &machine, State::Restoring, "It is being brought back to a backup.").await?;
        let start = Start { place: machine.place(), subject: &instance.to_string(), started_by: at.actor().person(), key: None };
        let operation = BACKUP_RESTORE.start(&tx, start, &BackupRestoreInput { backup_id: id, instance_id: instance, runs }).await?;
        instances::set(&tx, instance, &[(instances::Column::OperationId, Some(operation).into())]).await?;
        audit::record(&tx, at, id, "A machine is brought back to a backup").await?;
        Ok((instance, operation))
    })
    .await
}

async fn stop(step: StepCx, input: BackupRestoreInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    match guest::driver(&step, &row)?.stop(&drivers::reference(row.id)?).await {
        Ok(()) => Ok(Next::Done),
        Err(error) => Err(drivers::told(&step, error).await),
    }
}

/// Switches it on again with whatever disk it has. One that does not come up stays as the hypervisor says.
async fn go_on(step: StepCx, input: BackupRestoreInput) -> Result<()> {
    let row = guest::row(&step, input.instance_id).await?;
    if input.runs && guest::status(&step, &row).await? == Status::Stopped {
        match guest::driver(&step, &row)?.start(&drivers::reference(row.id)?).await {
            Ok(()) => {}
            Err(error) if error.may_retry() => return Err(drivers::said(error)),
            Err(error) => step.log(format!("It does not start: {error}")).await?,
        }
    }
    guest::settle_as_seen(&step, input.instance_id).await
}

async fn bring_back(step: StepCx, input: BackupRestoreInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    let backup = store::by_id(step.cx().db(), &step.scope(), input.backup_id).await?;
    // The machine may have been rebuilt from another template since.
    let row = instances::Row { template_name: backup.template_name.clone(), ..row };
    let spec = guest::spec(&step, &row).await?;
    match guest::driver(&step, &row)?.restore_backup(&name(backup.id)?, &spec).await {
        Ok(Progress::Working { .. }) => Ok(Next::Again(LOOK)),
        Ok(Progress::Done(made)) => {
            guest::note(&step, row.id, &made).await?;
            step.write(async |tx| {
                let columns = [
                    (instances::Column::TemplateId, backup.template_id.into()),
                    (instances::Column::TemplateName, backup.template_name.clone().into()),
                    (instances::Column::TemplateTitle, backup.template_title.clone().into()),
                ];
                instances::set(&tx, row.id, &columns).await?;
                snapshot::gone_with_disk(&tx, &step.scope(), row.id).await
            })
            .await?;
            card::say_again(&step, &row).await?;
            Ok(Next::Done)
        }
        Err(DriverError::NotFound { .. }) => Err(Error::conflict("The machine is gone from its node.")),
        Err(error) => Err(drivers::told(&step, error).await),
    }
}
