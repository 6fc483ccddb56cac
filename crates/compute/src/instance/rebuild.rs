//! Gives a machine a fresh disk from a template. What was on the disk is gone.

use kernel::map::purpose;
use kernel::permission::AtProject;
use kernel::{Cx, Error, Result, Scope};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::bring_up::{BringsUp, PATIENT, boot, finish, wait};
use super::model::{InstanceId, State};
use super::store::{self, Column};
use super::{change, guest};
use crate::drivers;
use crate::template::{self, TemplateId};

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct RebuildInput {
    /// Which machine.
    pub instance_id: InstanceId,
}

impl BringsUp for RebuildInput {
    fn instance(&self) -> InstanceId {
        self.instance_id
    }
}

/// Rebuilds a machine.
pub static REBUILD: Workflow<RebuildInput> = Workflow {
    name: "compute.instance.rebuild",
    title: "Give the machine a fresh disk",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("stop", "Stop the machine", stop, as_seen),
        step!("rebuild", "Make the new disk", renew, nothing),
        step!("boot", "Switch it on", boot, nothing),
        step!("wait", "Wait until it runs", wait, nothing, PATIENT),
        step!("finish", "Hand it over", finish, nothing),
    ],
};

/// Begins to rebuild the machine from `template`.
///
/// # Errors
/// `NotFound`; `Conflict` when the machine's state does not allow it.
pub async fn rebuild<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId, template: TemplateId) -> Result<OperationId> {
    let template = template::by_id(cx.db(), template).await.map_err(|_| Error::invalid("template_id", "choose one of the templates on offer"))?;
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if !matches!(row.state, State::Running | State::Stopped) {
            return Err(Error::conflict(format!("This machine is {}, so it cannot be rebuilt.", row.state.in_words())));
        }
        change(&tx, &row, State::Rebuilding, "It gets a fresh disk.").await?;
        let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
        let operation = REBUILD.start(&tx, start, &RebuildInput { instance_id: id }).await?;
        let columns = [
            (Column::OperationId, Some(operation).into()),
            (Column::TemplateId, template.id.into()),
            (Column::TemplateName, template.name.clone().into()),
            (Column::TemplateTitle, template.title.clone().into()),
        ];
        store::set(&tx, id, &columns).await?;
        audit::record(&tx, at, id, "A machine gets a fresh disk").await?;
        Ok(operation)
    })
    .await
}

async fn stop(step: StepCx, input: RebuildInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    guest::driver(&step, &row)?.stop(&drivers::reference(row.id)?).await.map_err(drivers::said)?;
    Ok(Next::Done)
}

async fn as_seen(step: StepCx, input: RebuildInput) -> Result<()> {
    guest::settle_as_seen(&step, input.instance_id).await
}

async fn renew(step: StepCx, input: RebuildInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    let spec = guest::spec(&step, &row).await?;
    match guest::driver(&step, &row)?.rebuild(&spec).await {
        Ok(made) => {
            guest::note(&step, row.id, &made).await?;
            step.write(async |tx| crate::snapshot::gone_with_disk(&tx, &step.scope(), input.instance_id).await).await?;
        }
        Err(error) => return Err(drivers::told(&step, error).await),
    }
    Ok(Next::Done)
}
