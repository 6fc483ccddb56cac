//! What else changes about a guest: its pace, its size, who gets in, and what it boots.

use compute_driver::{DriverError, InForce, PasswordHash, Reference, Size, Status};
use serde_json::json;

use super::{
    Qemu, look, power,
    snapshot::{DISK, runs},
};
use crate::{
    guest::{
        disk,
        lock::Lock,
        place::Place,
        record::{self, Record, trouble},
        seed,
    },
    image,
    process::run,
};

const GIB: u64 = 1024 * 1024 * 1024;

/// Holds the processors.
pub(super) async fn suspend(qemu: &Qemu, reference: &Reference) -> Result<(), DriverError> {
    let (place, _) = qemu.known(reference)?;
    power::told(&place, "stop", json!({})).await
}

/// Lets them go on.
pub(super) async fn resume(qemu: &Qemu, reference: &Reference) -> Result<(), DriverError> {
    let (place, _) = qemu.known(reference)?;
    power::told(&place, "cont", json!({})).await
}

/// Makes the guest as large as asked. The disk grows at once, processors and memory are those of the next start.
pub(super) async fn resize(qemu: &Qemu, reference: &Reference, size: &Size) -> Result<InForce, DriverError> {
    qemu.known(reference)?;
    let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    let (place, mut record) = qemu.known(reference)?;
    if size.disk_gib < record.spec.disk_gib {
        return Err(DriverError::refused("a disk cannot become smaller"));
    }
    let runs = runs(look::status_at(&place).await)?;
    if size.disk_gib > record.spec.disk_gib {
        let bytes = u64::from(size.disk_gib) * GIB;
        if runs {
            power::told(&place, "block_resize", json!({ "node-name": DISK, "size": bytes })).await?;
        } else {
            let (disk, bytes) = (place.disk(), bytes.to_string());
            run("qemu-img", ["resize".as_ref(), "-q".as_ref(), "-f".as_ref(), "qcow2".as_ref(), disk.as_os_str(), bytes.as_ref()]).await?;
        }
    }
    (record.spec.cpus, record.spec.memory_mib, record.spec.disk_gib) = (size.cpus, size.memory_mib, size.disk_gib);
    record.spec.check()?;
    note(&place, &record)?;
    let now = if runs { look::running_size(&place) } else { None };
    let waits = now.is_some_and(|now| (now.cpus, now.memory_mib) != (size.cpus, size.memory_mib));
    Ok(if waits { InForce::AfterRestart } else { InForce::Now })
}

/// Puts the password in the seed, which the guest reads when it boots.
pub(super) async fn set_password(qemu: &Qemu, reference: &Reference, password: &PasswordHash) -> Result<InForce, DriverError> {
    reseed(qemu, reference, |record| record.spec.password = Some(password.clone())).await
}

/// Adds the key to the seed.
pub(super) async fn authorise_key(qemu: &Qemu, reference: &Reference, key: &str) -> Result<InForce, DriverError> {
    let (_, before) = qemu.known(reference)?;
    let mut with_key = before.spec;
    with_key.ssh_keys = vec![key.to_owned()];
    with_key.check()?;
    reseed(qemu, reference, |record| {
        if !record.spec.ssh_keys.iter().any(|known| known == key) {
            record.spec.ssh_keys.push(key.to_owned());
        }
    })
    .await
}

/// A running QEMU keeps the seed that it has open; the new one is there from its next start.
async fn reseed(qemu: &Qemu, reference: &Reference, change: impl FnOnce(&mut Record)) -> Result<InForce, DriverError> {
    qemu.known(reference)?;
    let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    reseed_locked(qemu, reference, change).await
}

/// The same for a caller that holds the guest's lock.
pub(super) async fn reseed_locked(qemu: &Qemu, reference: &Reference, change: impl FnOnce(&mut Record)) -> Result<InForce, DriverError> {
    let (place, mut record) = qemu.known(reference)?;
    change(&mut record);
    let draft = place.seed().with_extension("new");
    seed::write(&draft, &place.dir.join("seed"), &record).await?;
    note(&place, &record)?;
    std::fs::rename(&draft, place.seed()).map_err(trouble("cannot put the new seed in place"))?;
    let stopped = look::status_at(&place).await == Status::Stopped;
    Ok(if stopped { InForce::Now } else { InForce::AfterRestart })
}

/// Boots the tiny template with the guest's disk attached and untouched.
pub(super) async fn start_rescue(qemu: &Qemu, reference: &Reference) -> Result<(), DriverError> {
    qemu.known(reference)?;
    if image::find(&qemu.settings.images_dir, image::RESCUE).is_none() {
        return Err(DriverError::unavailable("the image of the rescue system has not been built"));
    }
    let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    let (place, mut record) = qemu.known(reference)?;
    if !record.rescue {
        power::cut(&place).await?;
        record.rescue = true;
        note(&place, &record)?;
    }
    power::start_locked(qemu, reference).await
}

/// Cuts the rescue system off; the next start is the guest's own.
pub(super) async fn end_rescue(qemu: &Qemu, reference: &Reference) -> Result<(), DriverError> {
    qemu.known(reference)?;
    let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    let (place, mut record) = qemu.known(reference)?;
    if record.rescue {
        power::cut(&place).await?;
        record.rescue = false;
        note(&place, &record)?;
    }
    Ok(())
}

/// Writes the guest's record.
pub(super) fn note(place: &Place, record: &Record) -> Result<(), DriverError> {
    record::write(&place.dir.join(record::FILE), record).map_err(trouble("cannot write the guest's record"))
}

/// Counters of the guest's disk since QEMU started: read and written bytes, reads and writes.
pub(super) async fn disk_counters(place: &Place) -> Option<disk::Counters> {
    let answer = power::asked(place, "query-blockstats", json!({})).await.ok()?;
    let found = answer.as_array()?.iter().find(|one| one.get("node-name").and_then(|name| name.as_str()) == Some(DISK))?;
    let figure = |name: &str| found.get("stats")?.get(name)?.as_u64();
    Some(disk::Counters {
        read_bytes: figure("rd_bytes")?,
        written_bytes: figure("wr_bytes")?,
        reads: figure("rd_operations")?,
        writes: figure("wr_operations")?,
    })
}
