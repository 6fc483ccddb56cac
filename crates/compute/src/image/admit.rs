//! Looks into a file that has come, whole and from wherever, and makes it an image that machines can be made of. Undone, nothing is left.

use kernel::map::purpose;
use kernel::{Error, Result};
use tokio::fs;
use workflow::{Next, StepCx, WhenFailed, Workflow, nothing, step};

use super::change::{noted, settle};
use super::header::Disk;
use super::import::{ImageInput, LONG};
use super::inspect::{convert, digest_of, inspect};
use super::library::{self, Library, trouble};
use super::model::{ImageSource, ImageState};
use super::store::{self, Column, Row};

/// Looks into an upload that is whole.
pub static IMAGE_ADMIT: Workflow<ImageInput> = Workflow {
    name: "compute.image.admit",
    title: "Look into the upload",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("check", "Look into it", check, take_back, LONG), step!("finish", "Note that it is there", finish, nothing)],
};

/// Whatever there is of it goes.
pub(super) async fn take_back(step: StepCx, input: ImageInput) -> Result<()> {
    step.cx().extension::<Library>()?.remove(input.image_id).await?;
    settle(&step, input.image_id, ImageState::Failed).await
}

pub(super) async fn check(step: StepCx, input: ImageInput) -> Result<Next> {
    let row = store::by_id(step.cx().db(), &step.scope(), input.image_id).await?;
    if row.state == ImageState::Ready {
        return Ok(Next::Done);
    }
    let outcome = placed(&step, &row).await;
    let (disk_sha256, disk_bytes, virtual_bytes) = noted(&step, row.id, outcome).await?;
    let figure = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    let columns = [
        (Column::DiskSha256, Some(disk_sha256).into()),
        (Column::DiskBytes, Some(figure(disk_bytes)).into()),
        (Column::VirtualBytes, Some(figure(virtual_bytes)).into()),
    ];
    step.write(async |tx| store::set(&tx, input.image_id, &columns).await).await?;
    Ok(Next::Done)
}

/// Gives the disk its place; tells its digest, its size, and the size that guests see.
async fn placed(step: &StepCx, row: &Row) -> Result<(String, u64, u64)> {
    let library = step.cx().extension::<Library>()?;
    let (part, disk) = (library.part(row.id), library.disk(row.id));
    if !fs::try_exists(&disk).await.map_err(trouble)? {
        // What was fetched was compared on its way; its place in the library says that it was what had been promised.
        if row.source == ImageSource::Upload {
            let sha256 = promised(row, digest_of(&part).await?)?;
            step.write(async |tx| store::set(&tx, row.id, &[(Column::Sha256, Some(sha256.clone()).into())]).await).await?;
        }
        match inspect(&part).await?.disk {
            Disk::Qcow2 { .. } => library::settle(&part, &disk).await?,
            Disk::Raw => from_raw(step, &library, row).await?,
        }
    }
    let seen = inspect(&disk).await?;
    let Disk::Qcow2 { virtual_bytes } = seen.disk else { return Err(Error::internal("a disk in the library is raw")) };
    if !seen.by_tool {
        step.log("This host has no qemu-img, so only the disk's header was looked at.").await?;
    }
    let bytes = fs::metadata(&disk).await.map_err(trouble)?.len();
    Ok((digest_of(&disk).await?, bytes, virtual_bytes))
}

async fn from_raw(step: &StepCx, library: &Library, row: &Row) -> Result<()> {
    let (part, draft) = (library.part(row.id), library.draft(row.id));
    library.has_room(fs::metadata(&part).await.map_err(trouble)?.len()).await?;
    if !convert(&part, &draft).await? {
        return Err(Error::conflict("A raw disk is brought into the format qcow2, and this host has no qemu-img. Convert it yourself, or install qemu-utils."));
    }
    library::settle(&draft, &library.disk(row.id)).await?;
    library.forget_part(row.id).await?;
    step.log("A raw disk was brought into the format qcow2.").await
}

fn promised(row: &Row, found: String) -> Result<String> {
    match &row.sha256 {
        Some(expected) if *expected != found => {
            Err(Error::conflict(format!("The file is not the one that was promised: its SHA-256 is {found}. Nothing of it is kept.")))
        }
        _ => Ok(found),
    }
}

pub(super) async fn finish(step: StepCx, input: ImageInput) -> Result<Next> {
    settle(&step, input.image_id, ImageState::Ready).await?;
    Ok(Next::Done)
}
