//! What else changes about a container: its pace, its size, and who gets in.

use compute_driver::{DriverError, InForce, PasswordHash, Reference, Size, Status};
use compute_host::{
    lock::Lock,
    record::{self, trouble},
};

use super::{Oci, look, make, power, still};
use crate::guest::{config::Limits, disk, inside::Root, place::Place, record::Record, welcome::Welcome};

/// Holds the processes.
pub(super) async fn suspend(oci: &Oci, reference: &Reference) -> Result<(), DriverError> {
    oci.known(reference)?;
    let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
    let (place, _) = oci.known(reference)?;
    still::mend(oci, &place).await?;
    match look::status_at(oci, &place).await {
        Status::Paused => Ok(()),
        Status::Running => oci.runtime(&place).pause().await,
        _ => Err(DriverError::conflict("the container does not run")),
    }
}

/// Lets them go on.
pub(super) async fn resume(oci: &Oci, reference: &Reference) -> Result<(), DriverError> {
    oci.known(reference)?;
    let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
    let (place, _) = oci.known(reference)?;
    still::mend(oci, &place).await?;
    match look::status_at(oci, &place).await {
        Status::Running => Ok(()),
        Status::Paused => oci.runtime(&place).resume().await,
        _ => Err(DriverError::conflict("the container does not run")),
    }
}

/// Makes the container as large as asked: processors and memory at once, the disk where the kernel lets us.
pub(super) async fn resize(oci: &Oci, reference: &Reference, size: &Size) -> Result<InForce, DriverError> {
    oci.known(reference)?;
    let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
    let (place, before) = oci.known(reference)?;
    if size.disk_gib < before.spec.disk_gib {
        return Err(DriverError::refused("a disk cannot become smaller"));
    }
    let mut record = before.clone();
    (record.spec.cpus, record.spec.memory_mib, record.spec.disk_gib) = (size.cpus, size.memory_mib, size.disk_gib);
    record.spec.check()?;
    let runs = look::is_up(&place);
    if size.disk_gib > before.spec.disk_gib {
        disk::grow(&place.disk(), size.disk_gib)?;
        if runs && !grow_mounted(oci, &place).await? {
            std::fs::write(place.grown(), "").map_err(trouble("cannot note that the disk has grown"))?;
        }
    }
    if runs && (size.cpus, size.memory_mib) != (before.spec.cpus, before.spec.memory_mib) {
        oci.runtime(&place).update(&Limits::of(&record)).await?;
    }
    power::configure(&place, &record)?;
    make::note(&place, &record)?;
    Ok(if place.grown().exists() { InForce::AfterRestart } else { InForce::Now })
}

/// The file system grows where it is mounted, which is where the supervisor lives.
async fn grow_mounted(oci: &Oci, place: &Place) -> Result<bool, DriverError> {
    power::attend(oci, place).await?;
    let known = look::processes(place).and_then(|known| known.device.map(|device| (device, known.supervisor)));
    let (device, supervisor) = known.ok_or_else(|| DriverError::unavailable("the container is on its way"))?;
    disk::fill_device(&device, supervisor.number()).await
}

/// Writes the password into the container.
pub(super) async fn set_password(oci: &Oci, reference: &Reference, password: &PasswordHash) -> Result<InForce, DriverError> {
    tell(oci, reference, |record, wishes| {
        record.spec.password = Some(password.clone());
        wishes.password = Some(password.clone());
    })
    .await
}

/// Adds the key inside the container.
pub(super) async fn authorise_key(oci: &Oci, reference: &Reference, key: &str) -> Result<InForce, DriverError> {
    let (_, before) = oci.known(reference)?;
    let mut with_key = before.spec;
    with_key.ssh_keys = vec![key.to_owned()];
    with_key.check()?;
    tell(oci, reference, |record, wishes| {
        for keys in [&mut record.spec.ssh_keys, &mut wishes.keys] {
            if !keys.iter().any(|known| known == key) {
                keys.push(key.to_owned());
            }
        }
    })
    .await
}

/// Writes a change into a container that runs, and keeps it for the next start of one that does not: in force at once either way.
async fn tell(oci: &Oci, reference: &Reference, change: impl Fn(&mut Record, &mut Welcome)) -> Result<InForce, DriverError> {
    oci.known(reference)?;
    let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
    let (place, mut record) = oci.known(reference)?;
    if look::is_up(&place)
        && let Some(init) = look::processes(&place).and_then(|known| known.init)
    {
        let mut wishes = Welcome::default();
        change(&mut record, &mut wishes);
        let written = Root::of_process(init.number(), record.first_id).and_then(|root| wishes.write(&root));
        written.map_err(trouble("cannot write into the container"))?;
    } else {
        let mut wishes = record::read(&place.welcome()).unwrap_or_default();
        change(&mut record, &mut wishes);
        record::write(&place.welcome(), &wishes).map_err(trouble("cannot write the container's welcome"))?;
    }
    make::note(&place, &record)?;
    Ok(InForce::Now)
}
