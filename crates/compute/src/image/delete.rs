//! Removes an image that nothing is made of, from the nodes first. What was begun is carried through.

use compute_driver::DriverError;
use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{Cx, Error, PersonId, Result, Scope, Tx};
use workflow::{Next, Retry, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::change::{change, settle};
use super::import::ImageInput;
use super::library::Library;
use super::model::{ImageId, ImageState};
use super::store::{self, Column, Row};
use crate::instance::store as instances;
use crate::{drivers, node};

/// A hypervisor that is away for hours must not stop a removal.
const STUBBORN: Retry = Retry { attempts: 500, ..Retry::STANDARD };

/// Removes an image.
pub static IMAGE_DELETE: Workflow<ImageInput> = Workflow {
    name: "compute.image.delete",
    title: "Delete the image",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Stop,
    steps: &[
        step!("withdraw", "Remove it from the nodes", withdraw, nothing, STUBBORN),
        step!("remove", "Remove its file", remove, nothing, STUBBORN),
        step!("close", "Note that it is gone", close, nothing),
    ],
};

/// Begins to remove the image. One on its way is given up, and one that could not be had goes at once.
///
/// # Errors
/// `NotFound`; `Conflict` while machines are made of it, while it is looked at, or when it is being removed already.
pub async fn delete<P: Permission>(cx: &Cx, at: &Scope<P>, id: ImageId) -> Result<()> {
    let given_up = cx
        .write(async |tx| {
            let row = store::locked(&tx, at, id).await?;
            match row.state {
                ImageState::Ready => {
                    let machines = instances::made_of(tx.db(), [id.on_nodes()]).await?.get(&id.on_nodes()).copied().unwrap_or(0);
                    if machines > 0 {
                        let machines = if machines == 1 { "A machine is".to_owned() } else { format!("{machines} machines are") };
                        return Err(Error::conflict(format!("{machines} made of this image. Delete or rebuild them first.")));
                    }
                    begin(&tx, &row, at.actor().person()).await?;
                }
                ImageState::Failed => drop(change(&tx, &row, ImageState::Deleted, None).await?),
                // Whoever fetches it notices, and puts away what has come.
                ImageState::Fetching => drop(change(&tx, &row, ImageState::Failed, Some("It was given up.")).await?),
                ImageState::Uploading => drop(change(&tx, &row, ImageState::Deleted, None).await?),
                state => return Err(Error::conflict(format!("This image is {}.", state.in_words()))),
            }
            audit::record(&tx, at, id, "An image is removed").await?;
            Ok(row.state == ImageState::Uploading)
        })
        .await?;
    if given_up { cx.extension::<Library>()?.remove(id).await } else { Ok(()) }
}

/// Begins to remove one that is ready. The caller knows that nothing is made of it.
pub(super) async fn begin(tx: &Tx, row: &Row, started_by: Option<PersonId>) -> Result<()> {
    if !change(tx, row, ImageState::Deleting, None).await? {
        return Ok(());
    }
    let start = Start { place: row.place(), subject: &row.id.to_string(), started_by, key: None };
    let operation = IMAGE_DELETE.start(tx, start, &ImageInput { image_id: row.id }).await?;
    store::set(tx, row.id, &[(Column::OperationId, Some(operation).into())]).await
}

/// Every node that says that it has the image is asked, and so is every one that answers: one may have got it a moment ago.
async fn withdraw(step: StepCx, input: ImageInput) -> Result<Next> {
    let name = input.image_id.on_nodes();
    for node in node::store::all(step.cx().db()).await? {
        let holds = node.templates.contains(&name);
        if !holds && node.problem.is_some() {
            continue;
        }
        match drivers::of(step.cx(), &node.name)?.remove_image(&name).await {
            Ok(()) | Err(DriverError::Unsupported { .. }) => {}
            Err(error) => return Err(drivers::told(&step, error).await),
        }
    }
    Ok(Next::Done)
}

async fn remove(step: StepCx, input: ImageInput) -> Result<Next> {
    step.cx().extension::<Library>()?.remove(input.image_id).await?;
    Ok(Next::Done)
}

async fn close(step: StepCx, input: ImageInput) -> Result<Next> {
    settle(&step, input.image_id, ImageState::Deleted).await?;
    Ok(Next::Done)
}
