//! Changes how a machine is backed up. What the new plan keeps no longer is removed; switched off, everything stays.

use kernel::permission::AtProject;
use kernel::{Cx, Error, Result, Scope};

use super::model::{BackupPlan, BackupPlanPatch};
use super::{store, view};
use crate::backup;
use crate::instance::{InstanceId, State, store as instances};

/// Puts `plan` in the place of the machine's plan.
///
/// # Errors
/// `Invalid` on `hour` and `keep`; `NotFound`; `Conflict` when the machine is going or gone.
pub async fn update<P: AtProject>(cx: &Cx, at: &Scope<P>, instance: InstanceId, plan: &BackupPlanPatch) -> Result<BackupPlan> {
    plan.checks().done()?;
    cx.write(async |tx| {
        let machine = instances::locked(&tx, at, instance).await?;
        if matches!(machine.state, State::Deleting | State::Deleted) {
            return Err(Error::conflict(format!("This machine is {}, so it needs no backup plan.", machine.state.in_words())));
        }
        match plan.next(instance, tx.cx().now())? {
            None => store::remove(&tx, at, instance).await?,
            Some(next) => {
                // A test that waits goes on waiting; one that is new is due as soon as there is a backup.
                let before = store::find(tx.db(), at, instance).await?.filter(|row| row.restore_tests == plan.restore_tests);
                let next_test_at = before.and_then(|row| row.next_test_at).unwrap_or(tx.cx().now().0);
                let row = store::Row {
                    instance_id: instance,
                    organisation_id: machine.organisation_id,
                    project_id: machine.project_id,
                    frequency: plan.frequency,
                    weekday: plan.weekday,
                    hour: plan.hour,
                    keep: plan.keep,
                    restore_tests: plan.restore_tests,
                    next_at: next.0,
                    next_test_at: plan.restore_tests.every().map(|_| next_test_at),
                };
                store::replace(&tx, at, row).await?;
            }
        }
        backup::retain(&tx, at, instance).await?;
        audit::record(&tx, at, instance, "The backup plan of a machine was changed").await
    })
    .await?;
    view::view(cx, at, instance).await
}
