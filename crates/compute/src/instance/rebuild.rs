//! Gives a machine a fresh disk from a template. What was on the disk is gone.

use std::time::Duration;

use kernel::id::Id;
use kernel::map::purpose;
use kernel::permission::AtProject;
use kernel::{Cx, Error, Result, Scope, Tx};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::bring_up::{BringsUp, PATIENT, boot, finish, wait};
use super::model::{InstanceId, State};
use super::store::{self, Column};
use super::{change, guest};
use crate::backup::LONG;
use crate::image::{self, ImageId, OWN};
use crate::template::{self, Template, TemplateId};
use crate::{card, drivers};

/// How often a hypervisor that takes an image in is asked again.
const LOOK: Duration = Duration::from_secs(1);

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
        step!("rebuild", "Make the new disk", renew, nothing, LONG),
        step!("boot", "Switch it on", boot, nothing),
        step!("wait", "Wait until it runs", wait, nothing, PATIENT),
        step!("finish", "Hand it over", finish, nothing),
    ],
};

/// What a machine's new disk is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// A template, or what the machine's disk was made from, whatever that is.
    Template(TemplateId),
    /// An image of the machine's project.
    Image(ImageId),
}

/// Begins to rebuild the machine.
///
/// # Errors
/// `NotFound`; `Invalid` for what it cannot be made of; `Conflict` when the machine's state does not allow it.
pub async fn rebuild<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId, from: Renewal) -> Result<OperationId> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        let template = chosen(&tx, at, &row, from).await?;
        if !matches!(row.state, State::Running | State::Stopped) {
            return Err(Error::conflict(format!("This machine is {}, so it cannot be rebuilt.", row.state.in_words())));
        }
        change(&tx, &row, State::Rebuilding, "It gets a fresh disk.").await?;
        let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
        let operation = REBUILD.start(&tx, start, &RebuildInput { instance_id: id }).await?;
        let columns = [
            (Column::OperationId, Some(operation).into()),
            (Column::TemplateId, template.id.into()),
            (Column::TemplateName, template.on_nodes().to_owned().into()),
            (Column::TemplateTitle, template.title.clone().into()),
        ];
        store::set(&tx, id, &columns).await?;
        audit::record(&tx, at, id, "A machine gets a fresh disk").await?;
        Ok(operation)
    })
    .await
}

/// A template that is not on offer any more still serves the machines that are made of it.
async fn chosen<P: AtProject>(tx: &Tx, at: &Scope<P>, row: &store::Row, from: Renewal) -> Result<Template> {
    let wrong = || Error::invalid("template_id", "choose one of the templates on offer");
    let template = match from {
        Renewal::Template(id) if id == row.template_id && row.template_title == OWN => image::of_project(tx.db(), at, ImageId::from_uuid(id.uuid())).await?,
        Renewal::Template(id) => {
            let template = template::by_id(tx.db(), id).await.map_err(|_| wrong())?;
            if template.is_retired() && id != row.template_id {
                return Err(wrong());
            }
            template
        }
        Renewal::Image(id) => image::of_project(tx.db(), at, id).await?,
    };
    let field = if matches!(from, Renewal::Image(_)) { "image_id" } else { "template_id" };
    if template.fits(row.disk_gib).is_err() {
        return Err(Error::invalid(field, format!("this image needs a disk of {} GiB; the machine has {} GiB", template.disk_gib, row.disk_gib)));
    }
    image::lock(tx, at, &template).await?;
    Ok(template)
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
    if !image::take_in(&step, &row).await? {
        return Ok(Next::Again(LOOK));
    }
    let spec = guest::spec(&step, &row).await?;
    match guest::driver(&step, &row)?.rebuild(&spec).await {
        Ok(made) => {
            guest::note(&step, row.id, &made).await?;
            step.write(async |tx| crate::snapshot::gone_with_disk(&tx, &step.scope(), input.instance_id).await).await?;
            card::say_again(&step, &row).await?;
        }
        Err(error) => return Err(drivers::told(&step, error).await),
    }
    Ok(Next::Done)
}
