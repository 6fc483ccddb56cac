//! Snapshots inside the guest's disk: by QEMU's jobs while it runs, by `qemu-img` while it does not.

use compute_driver::{DriverError, Guest, Progress, Reference, Snapshot, SnapshotSpec, Status};
use serde_json::{Value, json};

use super::{
    Qemu, disk as extra,
    job::{self, Job},
    look, power,
};
use crate::{
    guest::{
        disk::{self, RESERVE_MIB},
        lock::Lock,
        place::Place,
        record::{self, Record, trouble},
    },
    process::run,
};

/// The disk's name in QEMU.
pub(super) const DISK: &str = "d0";

/// The guest's snapshots, oldest first. The table in the file is the truth, whoever has it open.
pub(super) async fn list(qemu: &Qemu, reference: &Reference) -> Result<Vec<Snapshot>, DriverError> {
    let (place, _) = qemu.known(reference)?;
    listed(&place).await
}

async fn listed(place: &Place) -> Result<Vec<Snapshot>, DriverError> {
    let info = disk::info(&place.disk()).await?;
    let rows = info.get("snapshots").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut snapshots: Vec<_> = rows.iter().filter_map(snapshot).collect();
    snapshots.sort_by_key(|snapshot| snapshot.taken_at_us);
    Ok(snapshots)
}

fn snapshot(row: &Value) -> Option<Snapshot> {
    let number = |name: &str| row.get(name).and_then(Value::as_i64);
    let memory = number("vm-state-size")?;
    Some(Snapshot {
        // A snapshot that somebody else made has a name of its own kind, and is left alone.
        name: Reference::parse(row.get("name")?.as_str()?).ok()?,
        memory: memory > 0,
        taken_at_us: number("date-sec")? * 1_000_000 + number("date-nsec").unwrap_or(0) / 1_000,
        bytes: u64::try_from(memory).ok().filter(|bytes| *bytes > 0),
    })
}

/// Finds the snapshot or takes it.
pub(super) async fn create(qemu: &Qemu, reference: &Reference, wanted: &SnapshotSpec) -> Result<Progress<Snapshot>, DriverError> {
    wanted.check()?;
    qemu.known(reference)?;
    let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    let (place, mut record) = qemu.known(reference)?;
    let status = look::status_at(&place).await;
    let runs = runs(status)?;
    if runs {
        // A job that an interrupted call left ends before the table is read.
        job::settle(&place).await?;
    }
    if let Some(found) = named(&place, &wanted.name).await? {
        return Ok(Progress::Done(found));
    }
    let memory = wanted.memory && runs;
    if memory && record.rescue {
        return Err(DriverError::conflict("the rescue system's memory cannot be kept"));
    }
    if memory {
        extra::none_for_memory(qemu, reference)?;
    }
    let need_mib = RESERVE_MIB + if memory { u64::from(record.spec.memory_mib) } else { 0 };
    let free_mib = disk::free_mib(&place.dir)?;
    if free_mib < need_mib {
        return Err(DriverError::full(format!("a snapshot needs {need_mib} MiB of disk, {free_mib} MiB are free on this host")));
    }
    let running_size = if runs { look::running_size(&place).unwrap_or(record.spec.size()) } else { record.spec.size() };
    record.snapshot_sizes.insert(wanted.name.clone(), running_size);
    record::write(&place.dir.join(record::FILE), &record).map_err(trouble("cannot write the guest's record"))?;
    let tag = wanted.name.as_str();
    match (runs, memory) {
        (false, _) => image_tool("-c", tag, &place).await?,
        (true, true) => job::run(&place, Job::new("snapshot-save", tag, json!({ "tag": tag, "vmstate": DISK, "devices": [DISK] }))).await?,
        (true, false) => power::told(&place, "blockdev-snapshot-internal-sync", json!({ "device": DISK, "name": tag })).await?,
    }
    // Keeping memory holds the guest for a moment; QEMU lets it go on by itself, unless that failed.
    if status == Status::Running && look::status_at(&place).await == Status::Paused {
        power::told(&place, "cont", json!({})).await?;
    }
    let taken = named(&place, &wanted.name).await?;
    taken.map(Progress::Done).ok_or_else(|| DriverError::failed("QEMU said that it took the snapshot, and it is not there", ""))
}

/// Brings the guest back to the snapshot.
pub(super) async fn roll_back(qemu: &Qemu, reference: &Reference, name: &Reference) -> Result<Progress<Guest>, DriverError> {
    qemu.known(reference)?;
    let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    let (place, mut record) = qemu.known(reference)?;
    let runs = runs(look::status_at(&place).await)?;
    if runs {
        job::settle(&place).await?;
    }
    let snapshot = named(&place, name).await?.ok_or_else(|| DriverError::conflict("there is no such snapshot"))?;
    if snapshot.memory {
        extra::none_for_memory(qemu, reference)?;
        let then = record.snapshot_sizes.get(name).copied().unwrap_or(record.spec.size());
        let now = record.spec.size();
        if record.rescue || (then.cpus, then.memory_mib) != (now.cpus, now.memory_mib) {
            return Err(DriverError::conflict("the guest has another size than when its memory was kept, or is in rescue"));
        }
        let pending = runs && look::running_size(&place).is_some_and(|size| (size.cpus, size.memory_mib) != (then.cpus, then.memory_mib));
        if pending {
            power::cut(&place).await?;
        }
        load(qemu, &place, &record, name, runs && !pending).await?;
    } else {
        power::cut(&place).await?;
        image_tool("-a", name.as_str(), &place).await?;
    }
    let disk_gib = disk::virtual_gib(&place.disk()).await?;
    if record.spec.disk_gib != disk_gib {
        record.spec.disk_gib = disk_gib;
        record::write(&place.dir.join(record::FILE), &record).map_err(trouble("cannot write the guest's record"))?;
    }
    Ok(Progress::Done(look::guest(qemu, &place, &record).await))
}

/// Loads memory and disk into a QEMU that is held, and lets it go on. One that cannot load is of no use: it is cut off.
async fn load(qemu: &Qemu, place: &Place, record: &Record, name: &Reference, runs: bool) -> Result<(), DriverError> {
    if runs {
        power::told(place, "stop", json!({})).await?;
    } else {
        power::cut(place).await?;
        power::launch_held(qemu, place, record).await?;
    }
    let tag = name.as_str();
    let loading = Job::new("snapshot-load", tag, json!({ "tag": tag, "vmstate": DISK, "devices": [DISK] }));
    let loaded = match job::run(place, loading).await {
        Ok(()) => power::told(place, "cont", json!({})).await,
        Err(error) => Err(error),
    };
    if let Err(error) = loaded {
        power::cut(place).await?;
        return Err(error);
    }
    Ok(())
}

/// Removes the snapshot.
pub(super) async fn delete(qemu: &Qemu, reference: &Reference, name: &Reference) -> Result<(), DriverError> {
    qemu.known(reference)?;
    let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    let (place, mut record) = qemu.known(reference)?;
    let runs = runs(look::status_at(&place).await)?;
    if runs {
        job::settle(&place).await?;
    }
    if named(&place, name).await?.is_some() {
        let tag = name.as_str();
        if runs {
            job::run(&place, Job::new("snapshot-delete", tag, json!({ "tag": tag, "devices": [DISK] }))).await?;
        } else {
            image_tool("-d", tag, &place).await?;
        }
    }
    if record.snapshot_sizes.remove(name).is_some() {
        record::write(&place.dir.join(record::FILE), &record).map_err(trouble("cannot write the guest's record"))?;
    }
    Ok(())
}

/// Whether QEMU has the disk open.
pub(super) fn runs(status: Status) -> Result<bool, DriverError> {
    match status {
        Status::Running | Status::Paused => Ok(true),
        Status::Stopped => Ok(false),
        Status::Unknown | Status::Absent => Err(DriverError::unavailable("QEMU runs but does not answer")),
    }
}

async fn named(place: &Place, name: &Reference) -> Result<Option<Snapshot>, DriverError> {
    Ok(listed(place).await?.into_iter().find(|snapshot| snapshot.name == *name))
}

async fn image_tool(what: &str, tag: &str, place: &Place) -> Result<(), DriverError> {
    let disk = place.disk();
    run("qemu-img", ["snapshot".as_ref(), "-q".as_ref(), what.as_ref(), tag.as_ref(), disk.as_os_str()]).await
}
