//! Takes the next piece of a file. What was acknowledged lies on the disk; the length of the file is the truth about how much that is.

use std::time::Duration;

use futures::{Stream, StreamExt};
use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt, BufWriter};
use tokio::time::{Instant, timeout};

use super::hand_over::hand_over;
use super::tus::{Checksum, Hashing};
use super::view::{total, uploading};
use crate::image::library::trouble;
use crate::image::store::{self, Row};
use crate::image::{ImageId, ImageState, Library};

/// A sender that is silent for this long has gone.
const SILENCE: Duration = Duration::from_secs(60);
/// How often others see how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(2);

/// What came of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// So many bytes are here now.
    At(u64),
    /// Another piece is on its way.
    Busy,
    /// The piece belongs elsewhere: so many bytes are here.
    Elsewhere(u64),
    /// The piece is not what its checksum says; it was thrown away.
    Damaged,
}

/// Adds a piece at `offset`. Whatever has come of it when its sender breaks off stays.
///
/// # Errors
/// `NotFound` for what is no upload any more; `Conflict` when more comes than was promised; `Exhausted` without room.
pub async fn append<P, S, B, E>(cx: &Cx, at: &Scope<P>, id: ImageId, offset: u64, piece: (Option<Checksum>, S)) -> Result<Appended>
where
    P: Permission,
    S: Stream<Item = Result<B, E>> + Unpin + Send,
    B: AsRef<[u8]> + Send,
    E: Send,
{
    let row = store::by_id(cx.db(), at, id).await?;
    uploading(&row)?;
    let library = cx.extension::<Library>()?;
    let part = library.open_part(id).await?.into_std().await;
    // Held by the open file: it goes with this call, however that ends.
    if part.try_lock().is_err() {
        return Ok(Appended::Busy);
    }
    let mut part = File::from_std(part);
    let here = part.metadata().await.map_err(trouble)?.len();
    if here != offset {
        return Ok(Appended::Elsewhere(here));
    }
    part.seek(std::io::SeekFrom::End(0)).await.map_err(trouble)?;
    let (checksum, body) = piece;
    let mut hashing = checksum.as_ref().map(Checksum::hashing);
    let mut writer = BufWriter::with_capacity(1 << 20, part);
    let outcome = pour(cx, &row, here, &mut writer, &mut hashing, body).await;
    writer.flush().await.map_err(trouble)?;
    let part = writer.into_inner();
    if let (Some(checksum), Some(hashing), Ok(_)) = (&checksum, hashing, &outcome)
        && !checksum.is(hashing)
    {
        part.set_len(here).await.map_err(trouble)?;
        part.sync_all().await.map_err(trouble)?;
        return Ok(Appended::Damaged);
    }
    part.sync_all().await.map_err(trouble)?;
    let now = part.metadata().await.map_err(trouble)?.len();
    told(cx, &row, now).await?;
    outcome?;
    if now == total(&row) {
        hand_over(cx, &row).await?;
    }
    Ok(Appended::At(now))
}

/// Writes what comes until its end, or until its sender has gone.
async fn pour<S, B, E>(cx: &Cx, row: &Row, here: u64, writer: &mut BufWriter<File>, hashing: &mut Option<Hashing>, mut body: S) -> Result<()>
where
    S: Stream<Item = Result<B, E>> + Unpin + Send,
    B: AsRef<[u8]> + Send,
{
    let mut have = here;
    let mut last = Instant::now();
    while let Ok(Some(Ok(bytes))) = timeout(SILENCE, body.next()).await {
        let bytes = bytes.as_ref();
        if have + bytes.len() as u64 > total(row) {
            return Err(Error::conflict("More bytes come than were promised when the upload began."));
        }
        writer.write_all(bytes).await.map_err(trouble)?;
        have += bytes.len() as u64;
        if let Some(hashing) = hashing {
            hashing.update(bytes);
        }
        if last.elapsed() > TOLD_EVERY {
            last = Instant::now();
            told(cx, row, have).await?;
        }
    }
    Ok(())
}

/// Lets people see how far it is, and ends what was given up.
async fn told(cx: &Cx, row: &Row, have: u64) -> Result<()> {
    let have = i64::try_from(have).unwrap_or(i64::MAX);
    let goes_on = cx.write(async |tx| store::progress(&tx, row.id, ImageState::Uploading, have, row.total_bytes).await).await?;
    if goes_on { Ok(()) } else { Err(Error::not_found("upload")) }
}
