//! Snapshots: copies of the disk in the container's folder. A running container is held for the moment of the copy; its memory is not
//! kept.

use std::{
    fs, io,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use compute_driver::{DriverError, Guest, Progress, Reference, Snapshot, SnapshotSpec};
use compute_host::{
    folder,
    lock::Lock,
    record::{self, trouble},
    room,
};

use super::{Oci, look, make, power, still};
use crate::guest::{disk, place::Place};

/// The files of one snapshot. It is there when its record is.
struct Files {
    record: PathBuf,
    disk: PathBuf,
}

impl Files {
    fn of(place: &Place, name: &Reference) -> Self {
        Self { record: place.snapshots().join(format!("{name}.json")), disk: place.snapshots().join(format!("{name}.img")) }
    }
}

/// The container's snapshots, oldest first.
pub(super) async fn list(oci: &Oci, reference: &Reference) -> Result<Vec<Snapshot>, DriverError> {
    let (place, _) = oci.known(reference)?;
    let entries = match fs::read_dir(place.snapshots()) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(trouble("cannot list the snapshots")(error)),
    };
    let records = entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    let mut snapshots: Vec<Snapshot> = records.filter_map(|path| record::read(&path)).collect();
    snapshots.sort_by_key(|snapshot| snapshot.taken_at_us);
    Ok(snapshots)
}

/// Finds the snapshot or takes it.
pub(super) async fn create(oci: &Oci, reference: &Reference, wanted: &SnapshotSpec) -> Result<Progress<Snapshot>, DriverError> {
    wanted.check()?;
    oci.known(reference)?;
    let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
    let (place, record) = oci.known(reference)?;
    let files = Files::of(&place, &wanted.name);
    if let Some(found) = record::read(&files.record) {
        return Ok(Progress::Done(found));
    }
    fs::create_dir_all(place.snapshots()).map_err(trouble("cannot make the folder of snapshots"))?;
    let taken_at_us = now_us();
    if let Err(error) = still::copy_disk(oci, &place, &record, &files.disk).await {
        folder::remove_file(&files.disk)?;
        return Err(error);
    }
    let bytes = Some(room::allocated_bytes(&files.disk)?);
    let snapshot = Snapshot { name: wanted.name.clone(), memory: false, taken_at_us, bytes };
    record::write(&files.record, &snapshot).map_err(trouble("cannot write the snapshot's record"))?;
    Ok(Progress::Done(snapshot))
}

/// Brings the container's disk back, and leaves it stopped.
pub(super) async fn roll_back(oci: &Oci, reference: &Reference, name: &Reference) -> Result<Progress<Guest>, DriverError> {
    oci.known(reference)?;
    let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
    let (place, mut record) = oci.known(reference)?;
    let files = Files::of(&place, name);
    if record::read::<Snapshot>(&files.record).is_none() {
        return Err(DriverError::conflict("there is no such snapshot"));
    }
    // Copied before the container is stopped: a host without room costs nobody their machine.
    let draft = place.disk().with_extension("new");
    if let Err(error) = disk::copy(&files.disk, &draft).await {
        folder::remove_file(&draft)?;
        return Err(error);
    }
    power::cut(oci, &place).await?;
    fs::rename(&draft, place.disk()).map_err(trouble("cannot put the disk in place"))?;
    let disk_gib = disk::gib(&place.disk())?;
    if record.spec.disk_gib != disk_gib {
        record.spec.disk_gib = disk_gib;
        make::note(&place, &record)?;
    }
    Ok(Progress::Done(look::guest(oci, &place, &record).await))
}

/// Removes the snapshot.
pub(super) async fn delete(oci: &Oci, reference: &Reference, name: &Reference) -> Result<(), DriverError> {
    oci.known(reference)?;
    let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
    let (place, _) = oci.known(reference)?;
    let files = Files::of(&place, name);
    folder::remove_file(&files.record)?;
    folder::remove_file(&files.disk)
}

/// Microseconds since 1970.
pub(super) fn now_us() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_micros()).unwrap_or(i64::MAX)
}
