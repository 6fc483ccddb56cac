//! Snapshots and backups of simulated guests.

use std::{io::Cursor, time::SystemTime};

use super::{
    Simulated,
    answers::accept,
    disk,
    fault::Operation,
    hosts,
    hypervisor::{Machine, Saved, State},
};
use crate::{Backup, BackupFormat, BackupStream, DriverError, Feature, Guest, GuestSpec, Progress, Reference, Snapshot, SnapshotSpec, Status};

/// What a simulated archive occupies.
const BYTES: u64 = 1_048_576;

pub(super) async fn create_snapshot(sim: &Simulated, reference: &Reference, wanted: &SnapshotSpec) -> Result<Progress<Snapshot>, DriverError> {
    let taken = sim.work(Operation::CreateSnapshot, reference, |state| {
        state.can(Feature::Snapshots, "take snapshots")?;
        if wanted.memory {
            state.can(Feature::MemorySnapshots, "keep memory")?;
        }
        wanted.check()?;
        let machine = state.machine(reference)?;
        if let Some(found) = machine.snapshots.iter().find(|saved| saved.snapshot.name == wanted.name) {
            return Ok(found.snapshot.clone());
        }
        let memory = wanted.memory && machine.status != Status::Stopped;
        if memory {
            disk::none_for_memory(state, reference)?;
        }
        let machine = state.machine(reference)?;
        let snapshot = Snapshot { name: wanted.name.clone(), memory, taken_at_us: now_us(), bytes: Some(BYTES) };
        machine.snapshots.push(Saved { snapshot: snapshot.clone(), files: machine.files.clone() });
        Ok(snapshot)
    });
    let lie = || Snapshot { name: wanted.name.clone(), memory: false, taken_at_us: now_us(), bytes: None };
    Ok(taken.await?.unwrap_or_else(|| Progress::Done(lie())))
}

pub(super) async fn snapshots(sim: &Simulated, reference: &Reference) -> Result<Vec<Snapshot>, DriverError> {
    let listed = sim.perform(Operation::Snapshots, Some(reference), |state| {
        state.can(Feature::Snapshots, "take snapshots")?;
        Ok(state.machine(reference)?.snapshots.iter().map(|saved| saved.snapshot.clone()).collect())
    });
    listed.await
}

pub(super) async fn roll_back(sim: &Simulated, reference: &Reference, name: &Reference) -> Result<Progress<Guest>, DriverError> {
    let done = sim.work(Operation::RollBack, reference, |state| {
        state.can(Feature::Snapshots, "take snapshots")?;
        let machine = state.machine(reference)?;
        let found = machine.snapshots.iter().find(|saved| saved.snapshot.name == *name).cloned();
        let saved = found.ok_or_else(|| DriverError::conflict("there is no such snapshot"))?;
        if saved.snapshot.memory {
            disk::none_for_memory(state, reference)?;
        }
        let machine = state.machine(reference)?;
        machine.files = saved.files;
        if saved.snapshot.memory {
            machine.wake()
        } else {
            machine.power_off()
        }
        Ok(machine.guest())
    });
    match done.await? {
        Some(progress) => Ok(progress),
        None => sim.peek(reference).map(Progress::Done),
    }
}

pub(super) async fn delete_snapshot(sim: &Simulated, reference: &Reference, name: &Reference) -> Result<(), DriverError> {
    let gone = sim.perform(Operation::DeleteSnapshot, Some(reference), |state| {
        state.can(Feature::Snapshots, "take snapshots")?;
        state.machine(reference)?.snapshots.retain(|saved| saved.snapshot.name != *name);
        Ok(())
    });
    gone.await
}

pub(super) async fn create_backup(sim: &Simulated, reference: &Reference, name: &Reference) -> Result<Progress<Backup>, DriverError> {
    let made = sim.work(Operation::CreateBackup, reference, |state| {
        state.can(Feature::Backups, "make backups")?;
        if let Some((found, _)) = state.backups.get(name) {
            return Ok(found.clone());
        }
        let machine = state.machine(reference)?;
        let backup = of(machine, name);
        let files = machine.files.clone();
        state.backups.insert(name.clone(), (backup.clone(), files));
        Ok(backup)
    });
    match made.await? {
        Some(progress) => Ok(progress),
        None => Ok(Progress::Done(of(sim.lock().machine(reference)?, name))),
    }
}

fn of(machine: &Machine, name: &Reference) -> Backup {
    Backup {
        name: name.clone(),
        guest: machine.spec.reference.clone(),
        template: machine.spec.template.clone(),
        size: machine.spec.size(),
        taken_at_us: now_us(),
        bytes: BYTES,
        format: BackupFormat::Qcow2,
    }
}

pub(super) async fn backups(sim: &Simulated) -> Result<Vec<Backup>, DriverError> {
    let listed = sim.perform(Operation::Backups, None, |state| {
        state.can(Feature::Backups, "make backups")?;
        Ok(state.backups.values().map(|(backup, _)| backup.clone()).collect::<Vec<_>>())
    });
    let mut backups = listed.await?;
    backups.sort_by_key(|backup| backup.taken_at_us);
    Ok(backups)
}

pub(super) async fn restore_backup(sim: &Simulated, name: &Reference, spec: &GuestSpec) -> Result<Progress<Guest>, DriverError> {
    let restored = sim.work(Operation::RestoreBackup, &spec.reference, |state| {
        state.can(Feature::Backups, "make backups")?;
        accept(spec)?;
        let (backup, files) = known(state, name)?.clone();
        if backup.size.disk_gib > spec.disk_gib {
            return Err(DriverError::refused("the disk is smaller than the backup's"));
        }
        let machine = hosts::find_or_make(state, spec)?;
        *machine = Machine { files, ..machine.anew(spec) };
        Ok(machine.guest())
    });
    Ok(restored.await?.unwrap_or_else(|| Progress::Done(Machine::new(spec).guest())))
}

pub(super) async fn delete_backup(sim: &Simulated, name: &Reference) -> Result<(), DriverError> {
    let gone = sim.perform(Operation::DeleteBackup, Some(name), |state| {
        state.can(Feature::Backups, "make backups")?;
        state.backups.remove(name);
        Ok(())
    });
    gone.await
}

pub(super) async fn open_backup(sim: &Simulated, name: &Reference) -> Result<BackupStream, DriverError> {
    let opened = sim.perform(Operation::OpenBackup, Some(name), |state| {
        state.can(Feature::BackupDownload, "hand out backups")?;
        known(state, name).map(drop)
    });
    opened.await?;
    let archive = vec![0_u8; usize::try_from(BYTES).unwrap_or_default()];
    Ok(BackupStream { format: BackupFormat::Qcow2, bytes: BYTES, content: Box::new(Cursor::new(archive)) })
}

fn known<'a>(state: &'a State, name: &Reference) -> Result<&'a (Backup, super::shell::Files), DriverError> {
    state.backups.get(name).ok_or_else(|| DriverError::conflict("there is no such backup"))
}

fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_micros().try_into().unwrap_or(i64::MAX)
}
