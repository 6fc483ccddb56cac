//! Extra disks of the simulated hypervisor. Nothing is written on them; where they are is kept and told.

use super::{
    Simulated,
    fault::Operation,
    hypervisor::{Machine, State},
};
use crate::{DISKS_PER_GUEST, Disk, DiskSpec, DriverError, Feature, Reference};

const DISKS: &str = "keep extra disks";

impl Simulated {
    /// The disk is gone, and nobody had asked for that. What it was can be brought back.
    pub fn lose_disk(&self, reference: &Reference) -> Option<Disk> {
        self.lock().disks.remove(reference)
    }

    /// A disk that was gone is there again.
    pub fn bring_disk_back(&self, disk: Disk) {
        self.lock().disks.insert(disk.reference.clone(), disk);
    }
}

fn known<'a>(state: &'a mut State, reference: &Reference) -> Result<&'a mut Disk, DriverError> {
    state.disks.get_mut(reference).ok_or_else(|| DriverError::conflict("there is no such disk"))
}

pub(super) async fn create(sim: &Simulated, disk: &DiskSpec) -> Result<Disk, DriverError> {
    let fresh = Disk { reference: disk.reference.clone(), gib: disk.gib, guest: None };
    let made = sim.perform(Operation::CreateDisk, Some(&disk.reference), |state| {
        state.can(Feature::Disks, DISKS)?;
        disk.check()?;
        let kept = state.disks.entry(disk.reference.clone()).or_insert_with(|| fresh.clone());
        if kept.gib != disk.gib {
            return Err(DriverError::conflict("a disk with this reference has another size"));
        }
        Ok(Some(kept.clone()))
    });
    Ok(made.await?.unwrap_or(fresh))
}

pub(super) async fn list(sim: &Simulated) -> Result<Vec<Disk>, DriverError> {
    let listed = sim.perform(Operation::Disks, None, |state| {
        state.can(Feature::Disks, DISKS)?;
        Ok(state.disks.values().cloned().collect())
    });
    listed.await
}

pub(super) async fn attach(sim: &Simulated, disk: &Reference, guest: &Reference) -> Result<(), DriverError> {
    let attached = sim.perform(Operation::AttachDisk, Some(guest), |state| {
        state.can(Feature::Disks, DISKS)?;
        state.machine(guest)?;
        let others = state.disks.values().filter(|one| one.reference != *disk && one.guest.as_ref() == Some(guest)).count();
        let kept = known(state, disk)?;
        match &kept.guest {
            Some(holder) if holder != guest => Err(DriverError::conflict("another guest has this disk")),
            None if others >= DISKS_PER_GUEST => Err(DriverError::conflict(format!("a guest has room for {DISKS_PER_GUEST} extra disks"))),
            _ => {
                kept.guest = Some(guest.clone());
                Ok(())
            }
        }
    });
    attached.await
}

pub(super) async fn detach(sim: &Simulated, disk: &Reference) -> Result<(), DriverError> {
    let detached = sim.perform(Operation::DetachDisk, Some(disk), |state| {
        state.can(Feature::Disks, DISKS)?;
        if let Some(kept) = state.disks.get_mut(disk) {
            kept.guest = None;
        }
        Ok(())
    });
    detached.await
}

pub(super) async fn grow(sim: &Simulated, disk: &Reference, gib: u32) -> Result<(), DriverError> {
    let grown = sim.perform(Operation::GrowDisk, Some(disk), |state| {
        state.can(Feature::Disks, DISKS)?;
        DiskSpec { reference: disk.clone(), gib }.check()?;
        let kept = known(state, disk)?;
        if gib < kept.gib {
            return Err(DriverError::refused("a disk cannot become smaller"));
        }
        kept.gib = gib;
        Ok(())
    });
    grown.await
}

pub(super) async fn remove(sim: &Simulated, disk: &Reference) -> Result<(), DriverError> {
    let removed = sim.perform(Operation::RemoveDisk, Some(disk), |state| {
        state.can(Feature::Disks, DISKS)?;
        if state.disks.get(disk).is_some_and(|kept| kept.guest.is_some()) {
            return Err(DriverError::conflict("a guest has this disk"));
        }
        state.disks.remove(disk);
        Ok(())
    });
    removed.await
}

/// Memory that is brought back knows what was on the other disks when it was kept, and they are not brought back with it.
pub(super) fn none_for_memory(state: &State, guest: &Reference) -> Result<(), DriverError> {
    if state.disks.values().any(|disk| disk.guest.as_ref() == Some(guest)) {
        return Err(DriverError::conflict("memory can only be kept and brought back while the guest has no extra disks"));
    }
    Ok(())
}

/// A guest is gone: its extra disks are nobody's.
pub(super) fn left_by(state: &mut State, guest: &Reference) -> Option<Machine> {
    for disk in state.disks.values_mut().filter(|disk| disk.guest.as_ref() == Some(guest)) {
        disk.guest = None;
    }
    state.guests.remove(guest)
}
