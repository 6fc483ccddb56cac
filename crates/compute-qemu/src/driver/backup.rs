//! Backups: whole disks in QEMU's own format, in a folder apart from the guests. `qemu-img` alone can read them.

use std::{fs, io, path::PathBuf};

use compute_driver::{Backup, BackupFormat, BackupStream, DriverError, Guest, GuestSpec, Progress, Reference};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Qemu,
    job::{self, Job, Standing},
    look, make, power,
    snapshot::{DISK, runs},
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

const FILE: &str = "backup.json";
const ARCHIVE: &str = "disk.qcow2";
/// The archive's name in QEMU while it is written.
const TARGET: &str = "backup";

/// What is remembered beside an archive.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    backup: Backup,
    template_version: String,
}

/// The folders of one backup.
struct Folder {
    dir: PathBuf,
    draft: PathBuf,
}

impl Folder {
    fn of(qemu: &Qemu, name: &Reference) -> Self {
        let backups = folder(qemu);
        Self { dir: backups.join(name.as_str()), draft: backups.join(format!(".new-{name}")) }
    }

    fn kept(&self) -> Option<Kept> {
        record::read(&self.dir.join(FILE))
    }
}

fn folder(qemu: &Qemu) -> PathBuf {
    qemu.settings.data_dir.join("backups")
}

/// Finds the backup, looks how far it is, or begins it.
pub(super) async fn create(qemu: &Qemu, reference: &Reference, name: &Reference) -> Result<Progress<Backup>, DriverError> {
    let folder = Folder::of(qemu, name);
    if let Some(kept) = folder.kept() {
        return Ok(Progress::Done(kept.backup));
    }
    qemu.known(reference)?;
    let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    if let Some(kept) = folder.kept() {
        return Ok(Progress::Done(kept.backup));
    }
    let (place, record) = qemu.known(reference)?;
    if runs(look::status_at(&place).await)? {
        return live(&place, &record, &folder, name).await;
    }
    prepare(&folder, &place).await?;
    let archive = folder.draft.join(ARCHIVE);
    let disk = place.disk();
    run("qemu-img", ["convert".as_ref(), "-q".as_ref(), "-O".as_ref(), "qcow2".as_ref(), disk.as_os_str(), archive.as_os_str()]).await?;
    keep(&folder, &record, name).await.map(Progress::Done)
}

/// By a job of the running QEMU: it copies the disk as it stood when the job began, while the guest goes on writing.
async fn live(place: &Place, record: &Record, folder: &Folder, name: &Reference) -> Result<Progress<Backup>, DriverError> {
    let job = Job::new("blockdev-backup", name.as_str(), json!({ "device": DISK, "target": TARGET, "sync": "full", "auto-dismiss": false }));
    let id = format!("blockdev-backup-{name}");
    match job::standing(place, &id).await? {
        Standing::Working(percent) => Ok(Progress::Working { percent }),
        Standing::Failed(reason) => {
            job::dismiss(place, &id).await?;
            detach(place).await?;
            make::remove(&folder.draft)?;
            Err(job::failure(reason))
        }
        Standing::Done => {
            // Detached first, so that everything is in the file before it gets its name.
            detach(place).await?;
            let backup = keep(folder, record, name).await?;
            job::dismiss(place, &id).await?;
            Ok(Progress::Done(backup))
        }
        Standing::Unknown => {
            detach(place).await?;
            prepare(folder, place).await?;
            let archive = folder.draft.join(ARCHIVE);
            let bytes = disk::virtual_bytes(&place.disk()).await?.to_string();
            run("qemu-img", ["create".as_ref(), "-q".as_ref(), "-f".as_ref(), "qcow2".as_ref(), archive.as_os_str(), bytes.as_ref()]).await?;
            let node = json!({ "driver": "qcow2", "node-name": TARGET, "file": { "driver": "file", "filename": archive } });
            power::told(place, "blockdev-add", node).await?;
            job::begin(place, &job).await?;
            Ok(Progress::Working { percent: Some(0) })
        }
    }
}

/// Takes the archive from QEMU, if it has one. An archive that another backup is being written to is not taken away.
async fn detach(place: &Place) -> Result<(), DriverError> {
    let nodes = power::asked(place, "query-named-block-nodes", json!({ "flat": true })).await?;
    let attached = nodes.as_array().into_iter().flatten().any(|node| node.get("node-name").and_then(|name| name.as_str()) == Some(TARGET));
    if attached {
        let gone = power::told(place, "blockdev-del", json!({ "node-name": TARGET })).await;
        gone.map_err(|error| DriverError::unavailable(format!("another backup of this guest is under way: {error}")))?;
    }
    Ok(())
}

async fn prepare(folder: &Folder, place: &Place) -> Result<(), DriverError> {
    make::remove(&folder.draft)?;
    fs::create_dir_all(&folder.draft).map_err(trouble("cannot make the backup's folder"))?;
    let need_mib = RESERVE_MIB + disk::allocated_bytes(&place.disk())? / (1024 * 1024);
    let free_mib = disk::free_mib(&folder.draft)?;
    if free_mib < need_mib {
        make::remove(&folder.draft)?;
        return Err(DriverError::full(format!("a backup needs {need_mib} MiB of disk, {free_mib} MiB are free on this host")));
    }
    Ok(())
}

/// Gives the finished archive its name.
async fn keep(folder: &Folder, record: &Record, name: &Reference) -> Result<Backup, DriverError> {
    let archive = folder.draft.join(ARCHIVE);
    let file = fs::File::open(&archive).map_err(trouble("cannot open the archive"))?;
    file.sync_all().map_err(trouble("cannot write the archive"))?;
    let metadata = file.metadata().map_err(trouble("cannot look at the archive"))?;
    let backup = Backup {
        name: name.clone(),
        guest: record.spec.reference.clone(),
        template: record.spec.template.clone(),
        size: record.spec.size(),
        taken_at_us: now_us(),
        bytes: metadata.len(),
        format: BackupFormat::Qcow2,
    };
    let kept = Kept { backup: backup.clone(), template_version: record.template_version.clone() };
    record::write(&folder.draft.join(FILE), &kept).map_err(trouble("cannot write the backup's record"))?;
    make::remove(&folder.dir)?;
    fs::rename(&folder.draft, &folder.dir).map_err(trouble("cannot give the backup its folder"))?;
    Ok(backup)
}

/// Every backup, oldest first.
pub(super) async fn list(qemu: &Qemu) -> Result<Vec<Backup>, DriverError> {
    let entries = match fs::read_dir(folder(qemu)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(trouble("cannot list the backups")(error)),
    };
    // Drafts begin with a dot, which no reference does.
    let names = entries.flatten().filter_map(|entry| Reference::parse(entry.file_name().to_str()?).ok());
    let mut backups: Vec<_> = names.filter_map(|name| Folder::of(qemu, &name).kept()).map(|kept| kept.backup).collect();
    backups.sort_by_key(|backup| backup.taken_at_us);
    Ok(backups)
}

/// Gives the guest the archive's disk.
pub(super) async fn restore(qemu: &Qemu, name: &Reference, spec: &GuestSpec) -> Result<Progress<Guest>, DriverError> {
    spec.check()?;
    let folder = Folder::of(qemu, name);
    let kept = folder.kept().ok_or_else(|| DriverError::conflict("there is no such backup"))?;
    if spec.disk_gib < kept.backup.size.disk_gib {
        return Err(DriverError::refused(format!("the backup needs a disk of {} GiB", kept.backup.size.disk_gib)));
    }
    let from = make::Source::Archive { file: folder.dir.join(ARCHIVE), template_version: kept.template_version };
    make::replace(qemu, spec, from).await.map(Progress::Done)
}

/// Removes the backup.
pub(super) async fn delete(qemu: &Qemu, name: &Reference) -> Result<(), DriverError> {
    let folder = Folder::of(qemu, name);
    // It loses its name in one move, so half an archive is never listed.
    let trash = folder.dir.with_file_name(format!(".gone-{name}"));
    make::remove(&trash)?;
    match fs::rename(&folder.dir, &trash) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(trouble("cannot remove the backup")(error)),
        _ => {}
    }
    make::remove(&trash)?;
    // One that was given up half way has no name yet.
    make::remove(&folder.draft)
}

/// Opens the archive to be read.
pub(super) async fn open(qemu: &Qemu, name: &Reference) -> Result<BackupStream, DriverError> {
    let folder = Folder::of(qemu, name);
    let kept = folder.kept().ok_or_else(|| DriverError::conflict("there is no such backup"))?;
    let file = tokio::fs::File::open(folder.dir.join(ARCHIVE)).await.map_err(trouble("cannot open the archive"))?;
    Ok(BackupStream { format: BackupFormat::Qcow2, bytes: kept.backup.bytes, content: Box::new(file) })
}

fn now_us() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_micros().try_into().unwrap_or(i64::MAX)
}
