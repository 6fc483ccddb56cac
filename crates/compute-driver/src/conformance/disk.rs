//! Extra disks: made, attached to a guest that runs, kept through a restart, grown, taken away, left by a guest that goes.

use super::expect::{Violation, boots, holds, looks_inside, must};
use crate::{Capabilities, Disk, DiskSpec, Driver, DriverError, Feature, GuestSpec, Reference, SnapshotSpec};

fn wanted(spec: &GuestSpec) -> Result<DiskSpec, Violation> {
    let reference = holds("a reference is accepted", Reference::parse(&format!("dsk_conformance-{}", spec.template)))?;
    Ok(DiskSpec { reference, gib: 1 })
}

/// A running guest gets a disk, keeps it while it is off and on again, sees it grow, and lets go of it. Left running with the disk
/// attached, for [`leave`].
pub(super) async fn disks(driver: &dyn Driver, spec: &GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    let (guest, disk) = (&spec.reference, wanted(spec)?);
    if !can.has(Feature::Disks) {
        return if looks_inside() { cannot(driver, guest, &disk).await } else { Ok(()) };
    }
    before_it_exists(driver, guest, &disk).await?;
    for _ in 0..2 {
        let made = holds("a disk is made, twice alike", driver.create_disk(&disk).await)?;
        must("it is nobody's", made == told(&disk, None), &made)?;
    }
    let answer = driver.create_disk(&DiskSpec { gib: 2, ..disk.clone() }).await;
    must("another size under the same reference is a conflict", matches!(answer, Err(DriverError::Conflict { .. })), &answer)?;
    let nobody = holds("a reference is accepted", Reference::parse("vm_conformance-nobody"))?;
    let answer = driver.attach_disk(&disk.reference, &nobody).await;
    must("attaching to a guest that is not there is NotFound", matches!(answer, Err(DriverError::NotFound { .. })), &answer)?;
    is_listed(driver, &told(&disk, None)).await?;

    for _ in 0..2 {
        holds("a running guest gets the disk, twice alike", driver.attach_disk(&disk.reference, guest).await)?;
        is_listed(driver, &told(&disk, Some(guest))).await?;
    }
    let answer = driver.remove_disk(&disk.reference).await;
    must("a disk that a guest has stays", matches!(answer, Err(DriverError::Conflict { .. })), &answer)?;
    if can.has(Feature::MemorySnapshots) {
        let name = holds("a reference is accepted", Reference::parse("snp_conformance-memory"))?;
        let answer = driver.create_snapshot(guest, &SnapshotSpec { name, memory: true }).await;
        must("memory is not kept beside extra disks", matches!(answer, Err(DriverError::Conflict { .. })), &answer)?;
    }
    let answer = driver.grow_disk(&disk.reference, 0).await;
    must("a smaller disk is refused", matches!(answer, Err(DriverError::Refused { .. })), &answer)?;
    let grown = DiskSpec { gib: 2, ..disk.clone() };
    for _ in 0..2 {
        holds("the disk of a running guest grows, twice alike", driver.grow_disk(&disk.reference, 2).await)?;
        is_listed(driver, &told(&grown, Some(guest))).await?;
    }
    let answer = driver.grow_disk(&disk.reference, 1).await;
    must("a smaller disk is refused", matches!(answer, Err(DriverError::Refused { .. })), &answer)?;

    holds("a running guest is cut off", driver.stop(guest).await)?;
    is_listed(driver, &told(&grown, Some(guest))).await?;
    boots(driver, spec).await?;
    is_listed(driver, &told(&grown, Some(guest))).await?;
    for _ in 0..2 {
        holds("a running guest lets go of the disk, twice alike", driver.detach_disk(&disk.reference).await)?;
        is_listed(driver, &told(&grown, None)).await?;
    }
    holds("the disk is attached again", driver.attach_disk(&disk.reference, guest).await)
}

/// The guest is gone, and the disk is not.
pub(super) async fn leave(driver: &dyn Driver, spec: &GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    if !can.has(Feature::Disks) {
        return Ok(());
    }
    let disk = wanted(spec)?;
    is_listed(driver, &told(&DiskSpec { gib: 2, ..disk.clone() }, None)).await?;
    for _ in 0..2 {
        holds("a disk that nobody has is removed, twice alike", driver.remove_disk(&disk.reference).await)?;
    }
    is_absent(driver, &disk.reference).await
}

/// Puts away what a broken promise left.
pub(super) async fn clear(driver: &dyn Driver, spec: &GuestSpec) {
    if let Ok(disk) = wanted(spec) {
        let _cleaned = driver.remove_disk(&disk.reference).await;
    }
}

fn told(disk: &DiskSpec, guest: Option<&Reference>) -> Disk {
    Disk { reference: disk.reference.clone(), gib: disk.gib, guest: guest.cloned() }
}

async fn before_it_exists(driver: &dyn Driver, guest: &Reference, disk: &DiskSpec) -> Result<(), Violation> {
    is_absent(driver, &disk.reference).await?;
    holds("removing a disk that is not there succeeds", driver.remove_disk(&disk.reference).await)?;
    holds("taking a disk that is not there succeeds", driver.detach_disk(&disk.reference).await)?;
    for answer in [driver.attach_disk(&disk.reference, guest).await, driver.grow_disk(&disk.reference, 2).await] {
        must("a disk that is not there is a conflict", matches!(answer, Err(DriverError::Conflict { .. })), &answer)?;
    }
    let answer = driver.create_disk(&DiskSpec { gib: 0, ..disk.clone() }).await;
    must("an impossible disk is refused", matches!(answer, Err(DriverError::Refused { .. })), &answer)?;
    is_absent(driver, &disk.reference).await
}

async fn cannot(driver: &dyn Driver, guest: &Reference, disk: &DiskSpec) -> Result<(), Violation> {
    let answers = [
        driver.create_disk(disk).await.err(),
        driver.disks().await.err(),
        driver.find_disk(&disk.reference).await.err(),
        driver.attach_disk(&disk.reference, guest).await.err(),
        driver.detach_disk(&disk.reference).await.err(),
        driver.grow_disk(&disk.reference, 2).await.err(),
        driver.remove_disk(&disk.reference).await.err(),
    ];
    let kept = answers.iter().all(|answer| matches!(answer, Some(DriverError::Unsupported { .. })));
    must("what a driver cannot do is Unsupported", kept, &answers)
}

async fn is_listed(driver: &dyn Driver, wanted: &Disk) -> Result<(), Violation> {
    let listed = holds("disks are listed", driver.disks().await)?;
    let ours: Vec<_> = listed.iter().filter(|one| one.reference == wanted.reference).collect();
    must("the list tells what is there", ours == [wanted], (&ours, wanted))?;
    let found = holds("a disk is looked for", driver.find_disk(&wanted.reference).await)?;
    must("looking for a disk tells what the list tells", found.as_ref() == Some(wanted), found)
}

async fn is_absent(driver: &dyn Driver, reference: &Reference) -> Result<(), Violation> {
    let listed = holds("disks are listed", driver.disks().await)?;
    must("the list tells what is there", listed.iter().all(|one| one.reference != *reference), &listed)?;
    let found = holds("a disk is looked for", driver.find_disk(reference).await)?;
    must("what is not there is not found", found.is_none(), found)
}
