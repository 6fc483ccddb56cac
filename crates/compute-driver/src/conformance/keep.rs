//! What is kept of a guest: snapshots beside its disk, backups apart from it. Each is proven by a mark on the disk.

use super::expect::{Violation, boots, finished, holds, must, reads_mark, status_is, writes_mark};
use crate::{Capabilities, Driver, DriverError, Feature, GuestSpec, Reference, SnapshotSpec, Status};

fn name(text: &str) -> Result<Reference, Violation> {
    holds("a reference is accepted", Reference::parse(text))
}

/// A running guest is saved and brought back, with memory and without. It is left stopped.
pub(super) async fn snapshots(driver: &dyn Driver, spec: &GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    let reference = &spec.reference;
    let (first, second) = (name("snp_first")?, name("snp_second")?);
    if !can.has(Feature::Snapshots) {
        let answer = driver.snapshots(reference).await;
        must("what a driver cannot do is Unsupported", matches!(answer, Err(DriverError::Unsupported { .. })), &answer)?;
        return holds("a running guest is cut off", driver.stop(reference).await);
    }
    writes_mark(driver, spec, 1).await?;
    if can.has(Feature::MemorySnapshots) {
        let wanted = SnapshotSpec { name: first.clone(), memory: true };
        let taken = finished("a snapshot with memory is taken", async || driver.create_snapshot(reference, &wanted).await).await?;
        must("it says that it holds memory", taken.memory && taken.name == first, &taken)?;
        status_is(driver, reference, Status::Running, "the guest goes on while it is saved").await?;
        let again = finished("a snapshot that is there is found", async || driver.create_snapshot(reference, &wanted).await).await?;
        must("it is the same one", again == taken, &again)?;
        writes_mark(driver, spec, 2).await?;
        let back = finished("a guest is brought back with its memory", async || driver.roll_back(reference, &first).await).await?;
        must("a guest that is brought back with memory runs", back.status == Status::Running, &back)?;
        reads_mark(driver, spec, 1, "memory and disk are as they were").await?;
    }

    holds("a running guest is cut off", driver.stop(reference).await)?;
    let wanted = SnapshotSpec { name: second.clone(), memory: false };
    let taken = finished("a snapshot of the disk is taken", async || driver.create_snapshot(reference, &wanted).await).await?;
    must("it holds no memory", !taken.memory, &taken)?;
    boots(driver, spec).await?;
    writes_mark(driver, spec, 3).await?;
    let back = finished("a guest is brought back", async || driver.roll_back(reference, &second).await).await?;
    must("a guest that is brought back without memory is stopped", back.status == Status::Stopped, &back)?;
    boots(driver, spec).await?;
    reads_mark(driver, spec, 1, "the disk is as it was").await?;

    let listed = holds("snapshots are listed", driver.snapshots(reference).await)?;
    let seen = listed.iter().filter(|one| one.name == first || one.name == second).count();
    must("each snapshot is listed once", seen == 1 + usize::from(can.has(Feature::MemorySnapshots)), &listed)?;
    for snapshot in [&first, &second] {
        holds("a snapshot of a running guest is deleted", driver.delete_snapshot(reference, snapshot).await)?;
    }
    holds("deleting a snapshot twice succeeds", driver.delete_snapshot(reference, &second).await)?;
    let left = holds("snapshots are listed", driver.snapshots(reference).await)?;
    must("a deleted snapshot is gone", left.is_empty(), &left)?;
    let answer = driver.roll_back(reference, &second).await;
    must("going back to what is not there is a conflict", matches!(answer, Err(DriverError::Conflict { .. })), &answer)?;
    status_is(driver, reference, Status::Running, "a refused way back changes nothing").await?;
    holds("a running guest is cut off", driver.stop(reference).await)
}

/// A running guest is archived, changed, restored in place, and restored as another guest. It is left stopped.
pub(super) async fn backups(driver: &dyn Driver, spec: &GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    let reference = &spec.reference;
    let backup = name(&format!("bak_{reference}"))?;
    if !can.has(Feature::Backups) {
        let answer = driver.backups().await;
        return must("what a driver cannot do is Unsupported", matches!(answer, Err(DriverError::Unsupported { .. })), &answer);
    }
    holds("deleting a backup that is not there succeeds", driver.delete_backup(&backup).await)?;
    boots(driver, spec).await?;
    writes_mark(driver, spec, 4).await?;
    let made = finished("a running guest is backed up", async || driver.create_backup(reference, &backup).await).await?;
    must("a backup knows its guest", made.guest == *reference && made.size == spec.size() && made.bytes > 0, &made)?;
    status_is(driver, reference, Status::Running, "the guest goes on while it is backed up").await?;
    let again = finished("a backup that is there is found", async || driver.create_backup(reference, &backup).await).await?;
    must("it is the same one", again == made, &again)?;

    writes_mark(driver, spec, 5).await?;
    let small = GuestSpec { disk_gib: spec.disk_gib - 1, ..spec.clone() };
    let answer = driver.restore_backup(&backup, &small).await;
    must("a disk that is too small is refused", matches!(answer, Err(DriverError::Refused { .. })), &answer)?;
    let back = finished("a running guest is restored in place", async || driver.restore_backup(&backup, spec).await).await?;
    must("a restored guest is stopped", back.status == Status::Stopped, &back)?;
    boots(driver, spec).await?;
    reads_mark(driver, spec, 4, "a restored disk is as it was").await?;
    holds("a running guest is cut off", driver.stop(reference).await)?;

    let copy = GuestSpec {
        reference: name(&format!("{reference}-copy"))?,
        hostname: "conformance-copy".to_owned(),
        mac: "52:54:00:c0:f0:02".to_owned(),
        ..spec.clone()
    };
    let outcome = restored_as_new(driver, &copy, &backup).await;
    let cleared = driver.destroy(&copy.reference).await;
    outcome?;
    holds("the other guest is destroyed", cleared)?;

    let listed = holds("backups are listed", driver.backups().await)?;
    must("the backup is listed once", listed.iter().filter(|one| one.name == backup).count() == 1, &listed)?;
    if can.has(Feature::BackupDownload) {
        let mut stream = holds("an archive is opened", driver.open_backup(&backup).await)?;
        let read = holds("an archive is read", tokio::io::copy(&mut stream.content, &mut tokio::io::sink()).await)?;
        must("as many bytes come as were told", read == stream.bytes && read > 0, (read, stream.bytes))?;
    }
    holds("a backup is deleted", driver.delete_backup(&backup).await)?;
    let left = holds("backups are listed", driver.backups().await)?;
    must("a deleted backup is gone", left.iter().all(|one| one.name != backup), &left)?;
    let answer = driver.restore_backup(&backup, spec).await;
    must("restoring what is not there is a conflict", matches!(answer, Err(DriverError::Conflict { .. })), &answer)
}

async fn restored_as_new(driver: &dyn Driver, copy: &GuestSpec, backup: &Reference) -> Result<(), Violation> {
    let made = finished("another guest is made from the backup", async || driver.restore_backup(backup, copy).await).await?;
    must("it carries its own reference", made.reference == copy.reference && made.status == Status::Stopped, &made)?;
    boots(driver, copy).await?;
    reads_mark(driver, copy, 4, "its disk is the backup's").await
}
