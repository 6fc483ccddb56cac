//! Fetches an image from its publisher, for everybody. Undone, nothing of it is left, and it says why.

use std::time::Duration;

use kernel::egress::{Wanted, check_address};
use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{Cx, Error, Place, Result, Scope, Tx};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::fs::{self, File};
use tokio::io::{AsyncSeekExt, AsyncWriteExt, BufWriter};
use tokio::time::Instant;
use workflow::{Next, Retry, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::admit::{check, finish, take_back};
use super::change::{change, noted};
use super::fresh::{fresh, limit, within};
use super::inspect::{absorb, written};
use super::library::{Library, trouble};
use super::list;
use super::model::{Image, ImageId, ImageSource, ImageState, NewImport, digest};
use super::store::{self, Column, Row};
use crate::data_map::PUBLISHER;
use crate::template;

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ImageInput {
    /// Which image.
    pub image_id: ImageId,
}

/// A publisher that is away for minutes must not lose what has come. As long as bytes come, no try is counted.
const PATIENT: Retry = Retry { attempts: 12, first_wait: Duration::from_secs(1), timeout: Duration::from_secs(6 * 3_600) };
/// Whole files are read and written.
pub(super) const LONG: Retry = Retry { timeout: Duration::from_secs(3_600), ..Retry::STANDARD };
/// After this long a transfer that can go on where it stopped makes way for other work.
const SLICE: Duration = Duration::from_secs(120);
/// How often people see how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// The wait before a broken transfer goes on.
const BREATH: Duration = Duration::from_secs(1);

/// Fetches an image and looks into it.
pub static IMAGE_IMPORT: Workflow<ImageInput> = Workflow {
    name: "compute.image.import",
    title: "Fetch the image",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("fetch", "Fetch the file", fetch, take_back, PATIENT),
        step!("check", "Look into it", check, nothing, LONG),
        step!("finish", "Note that it is there", finish, nothing),
    ],
};

/// Begins to fetch an image: the next version of a template, or the first of a new one.
///
/// # Errors
/// `Invalid` with every wrong field; `NotFound` for an unknown template.
pub async fn import<P: Permission>(cx: &Cx, at: &Scope<P>, new: &NewImport) -> Result<Image> {
    let library = cx.extension::<Library>()?;
    let mut checks = new.checks();
    checks.also(check_address(library.reach(), &new.url));
    checks.done()?;
    let id = cx
        .write(async |tx| {
            let template = template::open_version(&tx, new.template_id, new.name.as_deref(), new.description.as_deref()).await?;
            let id: ImageId = tx.cx().new_id();
            let fresh = fresh(&tx, id, ImageSource::Url, ImageState::Fetching);
            let version = store::next_version(&tx, template).await?;
            let row = Row { template_id: Some(template), version, url: Some(new.url.trim().to_owned()), sha256: digest(&new.sha256), ..fresh };
            store::insert(&tx, row).await?;
            start(&tx, at, id).await?;
            audit::record(&tx, at, id, "An image is fetched from its publisher").await?;
            Ok(id)
        })
        .await?;
    list::view(cx, at, id).await
}

/// Fetches an image again that could not be had.
///
/// # Errors
/// `NotFound`; `Conflict` when it did not fail or was uploaded.
pub async fn retry<P: Permission>(cx: &Cx, at: &Scope<P>, id: ImageId) -> Result<Image> {
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if row.source == ImageSource::Upload {
            return Err(Error::conflict("This image was uploaded, so it cannot be fetched again. Upload it anew."));
        }
        if row.state != ImageState::Failed || !change(&tx, &row, ImageState::Fetching, None).await? {
            return Err(Error::conflict(format!("This image is {}, so there is nothing to try again.", row.state.in_words())));
        }
        store::set(&tx, id, &[(Column::ReceivedBytes, 0_i64.into()), (Column::TotalBytes, None::<i64>.into())]).await?;
        start(&tx, at, id).await?;
        audit::record(&tx, at, id, "An image is fetched again").await
    })
    .await?;
    list::view(cx, at, id).await
}

async fn start<P: Permission>(tx: &Tx, at: &Scope<P>, id: ImageId) -> Result<()> {
    let start = Start { place: Place::Platform, subject: &id.to_string(), started_by: at.actor().person(), key: None };
    let operation = IMAGE_IMPORT.start(tx, start, &ImageInput { image_id: id }).await?;
    store::set(tx, id, &[(Column::OperationId, Some(operation).into())]).await
}

async fn fetch(step: StepCx, input: ImageInput) -> Result<Next> {
    let row = store::by_id(step.cx().db(), &step.scope(), input.image_id).await?;
    if matches!(row.state, ImageState::Checking | ImageState::Ready) {
        return Ok(Next::Done);
    }
    let outcome = transfer(&step, &row).await;
    match noted(&step, row.id, outcome).await? {
        Some(wait) => Ok(Next::Again(wait)),
        None => {
            step.write(async |tx| {
                let row = store::locked(&tx, &step.scope(), input.image_id).await?;
                if change(&tx, &row, ImageState::Checking, None).await? || row.state == ImageState::Checking { Ok(()) } else { Err(given_up()) }
            })
            .await?;
            Ok(Next::Done)
        }
    }
}

fn given_up() -> Error {
    Error::conflict("It was given up.")
}

/// Lets bytes come until the file is whole, and compares it with what its publisher promised. Tells how long to wait before it goes on. When the
/// program ends it stops at once, and goes on from what is here if its publisher lets it.
async fn transfer(step: &StepCx, row: &Row) -> Result<Option<Duration>> {
    let library = step.cx().extension::<Library>()?;
    let (Some(url), Some(expected)) = (row.url.as_deref(), row.sha256.as_deref()) else { return Err(Error::internal("an import without its source")) };
    let limit = limit(step.cx().db()).await?;
    let mut part = library.open_part(row.id).await?;
    let mut hasher = Sha256::new();
    let Some(absorbed) = step.unless_stopped(absorb(&mut part, &mut hasher)).await else { return Ok(Some(Duration::ZERO)) };
    let mut have = absorbed?;
    if have > 0 && written(hasher.clone()) == expected {
        return Ok(None);
    }
    let validator = fs::read_to_string(library.validator(row.id)).await.ok().filter(|known| !known.is_empty());
    let wanted = Wanted { recipient: PUBLISHER, purpose: &purpose::SERVICE, url, have, validator: validator.as_deref() };
    let answer = step.unless_stopped(step.cx().egress().fetch(step.cx(), library.reach(), &wanted)).await;
    let Some(mut fetched) = answer.transpose()? else { return Ok(Some(Duration::ZERO)) };
    if fetched.from == 0 && have > 0 {
        (have, hasher) = (0, Sha256::new());
        rewind(&mut part).await?;
    }
    match &fetched.validator {
        Some(validator) => fs::write(library.validator(row.id), validator).await.map_err(trouble)?,
        // Half a file without one is worth nothing, so nothing is kept that could mislead.
        None => fs::write(library.validator(row.id), "").await.map_err(trouble)?,
    }
    let begun = have;
    let total = fetched.total;
    within(total.unwrap_or(have), limit)?;
    library.has_room(total.unwrap_or(have).saturating_sub(have)).await?;
    if begun > 0 {
        step.log(format!("It goes on at byte {begun}.")).await?;
    }

    let mut writer = BufWriter::with_capacity(1 << 20, part);
    let slice_ends = Instant::now() + SLICE;
    let mut told = Instant::now();
    tell(step, row, have, total).await?;
    let broken = loop {
        let piece = match step.unless_stopped(fetched.next()).await {
            Some(Ok(Some(piece))) => piece,
            Some(Ok(None)) => break None,
            Some(Err(error)) => break Some(error),
            None => {
                writer.flush().await.map_err(trouble)?;
                return Ok(Some(Duration::ZERO));
            }
        };
        let bytes = piece.as_ref();
        have += bytes.len() as u64;
        within(have, limit)?;
        hasher.update(bytes);
        writer.write_all(bytes).await.map_err(trouble)?;
        if told.elapsed() > TOLD_EVERY {
            told = Instant::now();
            tell(step, row, have, total).await?;
        }
        if fetched.validator.is_some() && Instant::now() > slice_ends {
            writer.flush().await.map_err(trouble)?;
            return Ok(Some(Duration::ZERO));
        }
    };
    writer.flush().await.map_err(trouble)?;
    writer.get_ref().sync_all().await.map_err(trouble)?;
    tell(step, row, have, total).await?;
    let short = total.is_some_and(|total| have < total).then(|| Error::unavailable("The publisher ended the file too early."));
    if let Some(error) = broken.or(short) {
        // As long as bytes come, it is worth going on.
        if fetched.validator.is_some() && have > begun {
            step.log(format!("{error} {have} bytes are here.")).await?;
            return Ok(Some(BREATH));
        }
        return Err(error);
    }
    let found = written(hasher);
    if found != expected {
        library.forget_part(row.id).await?;
        return Err(Error::conflict(format!("The file is not the one that was promised: its SHA-256 is {found}. Nothing of it is kept.")));
    }
    Ok(None)
}

async fn rewind(part: &mut File) -> Result<()> {
    part.set_len(0).await.map_err(trouble)?;
    part.rewind().await.map(drop).map_err(trouble)
}

/// Lets people see how far it is, and ends what was given up.
async fn tell(step: &StepCx, row: &Row, have: u64, total: Option<u64>) -> Result<()> {
    let figure = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    let goes_on = step.write(async |tx| store::progress(&tx, row.id, ImageState::Fetching, figure(have), total.map(figure)).await).await?;
    if goes_on { Ok(()) } else { Err(given_up()) }
}
