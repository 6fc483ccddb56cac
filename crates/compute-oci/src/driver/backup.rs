//! Backups: tar archives of whole systems in a folder apart from the containers. Any `tar` reads them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use compute_driver::{Backup, BackupFormat, BackupStream, DriverError, Guest, GuestSpec, Progress, Reference};
use compute_host::{
    folder::remove,
    lock::Lock,
    record::{self, trouble},
    room::{RESERVE_MIB, allocated_bytes, free_mib},
};
use serde::{Deserialize, Serialize};

use super::{Oci, make, snapshot::now_us, still};
use crate::{
    guest::{place::Place, record::Record},
    supervisor::{Orders, Pack, Source},
};

const FILE: &str = "backup.json";
const ARCHIVE: &str = "system.tar";

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
    fn of(oci: &Oci, name: &Reference) -> Self {
        let backups = folder(oci);
        Self { dir: backups.join(name.as_str()), draft: backups.join(format!(".new-{name}")) }
    }

    fn kept(&self) -> Option<Kept> {
        record::read(&self.dir.join(FILE))
    }
}

fn folder(oci: &Oci) -> PathBuf {
    oci.settings.data_dir.join("backups")
}

/// Finds the backup or makes it. The container is held while its disk is copied, and goes on while the copy is packed.
pub(super) async fn create(oci: &Oci, reference: &Reference, name: &Reference) -> Result<Progress<Backup>, DriverError> {
    let folder = Folder::of(oci, name);
    if let Some(kept) = folder.kept() {
        return Ok(Progress::Done(kept.backup));
    }
    oci.known(reference)?;
    let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
    if let Some(kept) = folder.kept() {
        return Ok(Progress::Done(kept.backup));
    }
    let (place, record) = oci.known(reference)?;
    let made = make(oci, &place, &record, &folder, name).await;
    if made.is_err() {
        remove(&folder.draft)?;
    }
    made.map(Progress::Done)
}

async fn make(oci: &Oci, place: &Place, record: &Record, folder: &Folder, name: &Reference) -> Result<Backup, DriverError> {
    remove(&folder.draft)?;
    fs::create_dir_all(&folder.draft).map_err(trouble("cannot make the backup's folder"))?;
    // The copy and the archive are there at once for a moment.
    let need_mib = RESERVE_MIB + 2 * allocated_bytes(&place.disk())? / (1024 * 1024);
    let free_mib = free_mib(&folder.draft)?;
    if free_mib < need_mib {
        return Err(DriverError::full(format!("a backup needs {need_mib} MiB of disk, {free_mib} MiB are free on this host")));
    }
    let (copy, archive) = (folder.draft.join("disk.img"), folder.draft.join(ARCHIVE));
    let taken_at_us = now_us();
    still::copy_disk(oci, place, record, &copy).await?;
    let orders = Orders::Pack(Pack { disk: copy.clone(), archive: archive.clone(), first_id: record.first_id });
    make::task(oci, &folder.draft, &orders).await?;
    fs::remove_file(&copy).map_err(trouble("cannot remove the copy of the disk"))?;
    let bytes = synced_length(&archive)?;
    let backup = Backup {
        name: name.clone(),
        guest: record.spec.reference.clone(),
        template: record.spec.template.clone(),
        size: record.spec.size(),
        taken_at_us,
        bytes,
        format: BackupFormat::Tar,
    };
    let kept = Kept { backup: backup.clone(), template_version: record.template_version.clone() };
    record::write(&folder.draft.join(FILE), &kept).map_err(trouble("cannot write the backup's record"))?;
    remove(&folder.dir)?;
    fs::rename(&folder.draft, &folder.dir).map_err(trouble("cannot give the backup its folder"))?;
    Ok(backup)
}

fn synced_length(archive: &Path) -> Result<u64, DriverError> {
    let file = fs::File::open(archive).map_err(trouble("cannot open the archive"))?;
    file.sync_all().map_err(trouble("cannot write the archive"))?;
    Ok(file.metadata().map_err(trouble("cannot look at the archive"))?.len())
}

/// Every backup, oldest first.
pub(super) async fn list(oci: &Oci) -> Result<Vec<Backup>, DriverError> {
    let entries = match fs::read_dir(folder(oci)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(trouble("cannot list the backups")(error)),
    };
    // Drafts begin with a dot, which no reference does.
    let names = entries.flatten().filter_map(|entry| Reference::parse(entry.file_name().to_str()?).ok());
    let mut backups: Vec<_> = names.filter_map(|name| Folder::of(oci, &name).kept()).map(|kept| kept.backup).collect();
    backups.sort_by_key(|backup| backup.taken_at_us);
    Ok(backups)
}

/// Gives the container the archive's system.
pub(super) async fn restore(oci: &Oci, name: &Reference, spec: &GuestSpec) -> Result<Progress<Guest>, DriverError> {
    spec.check()?;
    let folder = Folder::of(oci, name);
    let kept = folder.kept().ok_or_else(|| DriverError::conflict("there is no such backup"))?;
    if spec.disk_gib < kept.backup.size.disk_gib {
        return Err(DriverError::refused(format!("the backup needs a disk of {} GiB", kept.backup.size.disk_gib)));
    }
    let origin = make::Origin { source: Source::Archive(folder.dir.join(ARCHIVE)), template_version: kept.template_version };
    make::replace(oci, spec, &origin).await.map(Progress::Done)
}

/// Removes the backup.
pub(super) async fn delete(oci: &Oci, name: &Reference) -> Result<(), DriverError> {
    let folder = Folder::of(oci, name);
    // It loses its name in one move, so half an archive is never listed.
    let trash = folder.dir.with_file_name(format!(".gone-{name}"));
    remove(&trash)?;
    match fs::rename(&folder.dir, &trash) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(trouble("cannot remove the backup")(error)),
        _ => {}
    }
    remove(&trash)?;
    // One that was given up half way has no name yet.
    remove(&folder.draft)
}

/// Opens the archive to be read.
pub(super) async fn open(oci: &Oci, name: &Reference) -> Result<BackupStream, DriverError> {
    let folder = Folder::of(oci, name);
    let kept = folder.kept().ok_or_else(|| DriverError::conflict("there is no such backup"))?;
    let file = tokio::fs::File::open(folder.dir.join(ARCHIVE)).await.map_err(trouble("cannot open the archive"))?;
    Ok(BackupStream { format: BackupFormat::Tar, bytes: kept.backup.bytes, content: Box::new(file) })
}
