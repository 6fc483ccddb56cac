//! Makes sure that a machine's node has the image that the machine is made of.

use compute_driver::{ImageSpec, Progress, is_image};
use kernel::{Error, Result};
use workflow::StepCx;

use super::library::Library;
use super::model::{ImageId, ImageState};
use super::store::{self, Row};
use crate::drivers;
use crate::instance::{guest, store as instances};

/// Lets the node take the image in; true once it is there, false to ask again. Machines of templates need nothing.
pub(crate) async fn take_in(step: &StepCx, machine: &instances::Row) -> Result<bool> {
    if !is_image(&machine.template_name) {
        return Ok(true);
    }
    let id = ImageId::of_nodes(&machine.template_name).ok_or_else(|| Error::internal("a machine is made of an image without a number"))?;
    let row = store::usable(step.cx().db(), &step.scope(), id).await?;
    let spec = spec(&*step.cx().extension::<Library>()?, &row)?;
    match guest::driver(step, machine)?.ensure_image(&spec).await {
        Ok(Progress::Done(())) => Ok(true),
        Ok(Progress::Working { .. }) => Ok(false),
        Err(error) => Err(drivers::told(step, error).await),
    }
}

/// The image in the driver's words, once it is ready.
fn spec(library: &Library, row: &Row) -> Result<ImageSpec> {
    let missing = || Error::conflict(format!("The image of this machine is {}.", row.state.in_words()));
    let (Some(bytes), Some(virtual_bytes), Some(sha256)) = (row.disk_bytes, row.virtual_bytes, row.disk_sha256.clone()) else { return Err(missing()) };
    if row.state != ImageState::Ready {
        return Err(missing());
    }
    let figure = |bytes: i64| u64::try_from(bytes).unwrap_or(0);
    Ok(ImageSpec {
        name: row.id.on_nodes(),
        file: library.disk(row.id),
        bytes: figure(bytes),
        // A file that was brought into another form here is not the publisher's any more.
        url: row.url.clone().filter(|_| row.sha256 == row.disk_sha256),
        sha256,
        virtual_bytes: figure(virtual_bytes),
    })
}
