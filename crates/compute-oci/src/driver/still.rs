//! Holding a container for the moment in which its disk is copied.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use compute_driver::{DriverError, Status};
use compute_host::{folder, record::trouble};

use tokio::time::sleep;

use super::{Oci, look};
use crate::guest::{disk, inside::Root, place::Place, record::Record, runtime::Word};

/// Copies the container's disk as it stands to `to`. A running container is held while its disk is copied and goes on afterwards;
/// the caller holds its lock.
pub(super) async fn copy_disk(oci: &Oci, place: &Place, record: &Record, to: &Path) -> Result<(), DriverError> {
    mend(oci, place).await?;
    let status = look::status_at(oci, place).await;
    if !matches!(status, Status::Running | Status::Paused | Status::Stopped) {
        return Err(DriverError::unavailable("the runtime does not say how the container stands"));
    }
    if status == Status::Running {
        // Before the hold, so that a crash in between leaves a container that the next look lets go on.
        fs::write(place.held(), "").map_err(trouble("cannot note that the container is held"))?;
        oci.runtime(place).pause().await?;
    }
    let copied = copy(place, record, status, to).await;
    if status == Status::Running {
        let_go(oci, place).await?;
    }
    copied?;
    disk::clean(to).await
}

async fn copy(place: &Place, record: &Record, status: Status, to: &Path) -> Result<(), DriverError> {
    if status != Status::Stopped
        && let Some(init) = look::processes(place).and_then(|known| known.init)
    {
        let root = Root::of_process(init.number(), record.first_id);
        // Writing out may take as long as the host's disk takes.
        let synced = tokio::task::spawn_blocking(move || root.and_then(|root| root.sync())).await;
        synced.map_err(|_| DriverError::unavailable("the disk was not written out"))?.map_err(trouble("cannot write out the container's disk"))?;
    }
    disk::copy(&place.disk(), to).await
}

/// How long a runtime may take over holding a container whose driver has died meanwhile.
const HOLDS_WITHIN: Duration = Duration::from_secs(2);

/// Whether a container was held, so long ago that the runtime is not about to hold it just now.
pub(super) fn was_left(place: &Place) -> bool {
    let held_at = fs::metadata(place.held()).and_then(|found| found.modified()).ok();
    held_at.is_some_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > HOLDS_WITHIN))
}

/// Lets a container that was left held go on, before something else is done with it. The caller holds its lock.
pub(super) async fn mend(oci: &Oci, place: &Place) -> Result<(), DriverError> {
    while place.held().exists() && !was_left(place) {
        sleep(Duration::from_millis(50)).await;
    }
    let_go(oci, place).await
}

/// Lets a container that was held go on.
pub(super) async fn let_go(oci: &Oci, place: &Place) -> Result<(), DriverError> {
    if !place.held().exists() {
        return Ok(());
    }
    let runtime = oci.runtime(place);
    if runtime.word().await == Some(Word::Paused) {
        runtime.resume().await?;
    }
    folder::remove_file(&place.held())
}
