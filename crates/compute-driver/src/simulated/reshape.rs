//! What else changes about simulated guests: their pace, size, access, boot, filters and owner.

use super::{Simulated, answers::TEMPLATES, fault::Operation, hosts, hypervisor::Machine};
use crate::{
    DriverError, Feature, Filter, Guest, GuestNetwork, GuestSpec, InForce, Inventory, PasswordHash, Reference, Size, Status, Storage, Stranger, TemplateInfo,
    guest::is_key_line,
};

pub(super) async fn suspend(sim: &Simulated, reference: &Reference) -> Result<(), DriverError> {
    let held = sim.perform(Operation::Suspend, Some(reference), |state| {
        state.can(Feature::Suspend, "suspend guests")?;
        let machine = state.machine(reference)?;
        machine.powered()?;
        machine.status = Status::Paused;
        Ok(())
    });
    held.await
}

pub(super) async fn resume(sim: &Simulated, reference: &Reference) -> Result<(), DriverError> {
    let freed = sim.perform(Operation::Resume, Some(reference), |state| {
        state.can(Feature::Suspend, "resume guests")?;
        let machine = state.machine(reference)?;
        machine.powered()?;
        machine.wake();
        Ok(())
    });
    freed.await
}

pub(super) async fn resize(sim: &Simulated, reference: &Reference, size: &Size) -> Result<InForce, DriverError> {
    let resized = sim.perform(Operation::Resize, Some(reference), |state| {
        let before = state.machine(reference)?.spec.size();
        if (size.cpus, size.memory_mib) != (before.cpus, before.memory_mib) || state.missing.contains(&Feature::GrowDisk) {
            state.can(Feature::Resize, "resize guests")?;
        }
        if size.disk_gib != before.disk_gib {
            state.can(Feature::GrowDisk, "grow disks")?;
        }
        if size.disk_gib < before.disk_gib {
            return Err(DriverError::refused("a disk cannot become smaller"));
        }
        let machine = state.machine(reference)?;
        machine.spec = GuestSpec { cpus: size.cpus, memory_mib: size.memory_mib, disk_gib: size.disk_gib, ..machine.spec.clone() };
        let waits = machine.status != Status::Stopped && (size.cpus, size.memory_mib) != (before.cpus, before.memory_mib);
        Ok(Some(if waits { InForce::AfterRestart } else { InForce::Now }))
    });
    Ok(resized.await?.unwrap_or(InForce::Now))
}

pub(super) async fn set_password(sim: &Simulated, reference: &Reference, password: &PasswordHash) -> Result<InForce, DriverError> {
    let set = sim.perform(Operation::SetPassword, Some(reference), |state| {
        state.can(Feature::SetPassword, "set passwords")?;
        state.machine(reference)?.spec.password = Some(password.clone());
        Ok(())
    });
    set.await.map(|()| InForce::Now)
}

pub(super) async fn authorise_key(sim: &Simulated, reference: &Reference, key: &str) -> Result<InForce, DriverError> {
    let added = sim.perform(Operation::AuthoriseKey, Some(reference), |state| {
        state.can(Feature::AuthoriseKey, "add SSH keys")?;
        if !is_key_line(key) {
            return Err(DriverError::refused("an SSH key must be one line that begins with its type"));
        }
        let keys = &mut state.machine(reference)?.spec.ssh_keys;
        if !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
        }
        Ok(())
    });
    added.await.map(|()| InForce::Now)
}

pub(super) async fn start_rescue(sim: &Simulated, reference: &Reference) -> Result<(), DriverError> {
    let begun = sim.perform(Operation::StartRescue, Some(reference), |state| {
        state.can(Feature::Rescue, "boot a rescue system")?;
        let machine = state.machine(reference)?;
        if !machine.rescue || machine.status != Status::Running {
            machine.rescue = true;
            machine.power_off();
            machine.power_on();
        }
        Ok(())
    });
    begun.await
}

pub(super) async fn end_rescue(sim: &Simulated, reference: &Reference) -> Result<(), DriverError> {
    let ended = sim.perform(Operation::EndRescue, Some(reference), |state| {
        state.can(Feature::Rescue, "boot a rescue system")?;
        let machine = state.machine(reference)?;
        if machine.rescue {
            machine.rescue = false;
            machine.power_off();
        }
        Ok(())
    });
    ended.await
}

pub(super) async fn inventory(sim: &Simulated) -> Result<Inventory, DriverError> {
    let told = sim.perform(Operation::Inventory, None, |state| {
        Ok(Inventory {
            hosts: hosts::told(state),
            storages: vec![Storage { name: "memory".into(), host: None, disks: true, backups: true, total_mib: 1_048_576, free_mib: 1_000_000 }],
            networks: vec![GuestNetwork { name: "nowhere".into(), host: None }],
            templates: TEMPLATES.map(|name| TemplateInfo { name: name.into(), origin: "simulated".into(), disk_gib: 1 }).to_vec(),
        })
    });
    told.await
}

pub(super) async fn strangers(sim: &Simulated) -> Result<Vec<Stranger>, DriverError> {
    let listed = sim.perform(Operation::Strangers, None, |state| {
        state.can(Feature::Adopt, "take over guests")?;
        Ok(state.strangers.clone())
    });
    listed.await
}

pub(super) async fn adopt(sim: &Simulated, address: &str, reference: &Reference) -> Result<Guest, DriverError> {
    let adopted = sim.perform(Operation::Adopt, Some(reference), |state| {
        state.can(Feature::Adopt, "take over guests")?;
        let at = state.strangers.iter().position(|stranger| stranger.address == address);
        match (at, state.guests.get(reference)) {
            (None, Some(known)) if known.spec.mac == mac_of(address) => Ok(Some(known.guest())),
            (_, Some(_)) => Err(DriverError::conflict("another guest carries this reference")),
            (None, None) => Err(DriverError::conflict("there is no guest at this address")),
            (Some(index), None) => {
                let stranger = state.strangers.remove(index);
                let mut machine = Machine { host: stranger.host.clone(), ..Machine::new(&spec_of(&stranger, reference)) };
                if stranger.status == Status::Running {
                    machine.power_on();
                }
                let guest = machine.guest();
                state.guests.insert(reference.clone(), machine);
                Ok(Some(guest))
            }
        }
    });
    match adopted.await? {
        Some(guest) => Ok(guest),
        None => sim.peek(reference),
    }
}

fn spec_of(stranger: &Stranger, reference: &Reference) -> GuestSpec {
    GuestSpec {
        reference: reference.clone(),
        hostname: stranger.name.clone(),
        ssh_keys: Vec::new(),
        cpus: stranger.size.cpus,
        memory_mib: stranger.size.memory_mib,
        disk_gib: stranger.size.disk_gib,
        template: "adopted".to_owned(),
        mac: mac_of(&stranger.address),
        ssh_port: None,
        user_data: None,
        password: None,
        card: None,
        cut_off: false,
        avoid: Vec::new(),
    }
}

/// A card's address that shows where an adopted guest came from.
fn mac_of(address: &str) -> String {
    let sum = address.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let [a, b, c, d] = sum.to_be_bytes();
    format!("02:ad:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}

pub(super) async fn set_filter(sim: &Simulated, reference: &Reference, filter: &Filter) -> Result<(), DriverError> {
    let set = sim.perform(Operation::SetFilter, Some(reference), |state| {
        if filter.anti_spoofing {
            state.can(Feature::AntiSpoofing, "hold guests to their addresses")?;
        }
        if *filter != (Filter { anti_spoofing: filter.anti_spoofing, ..Filter::open() }) {
            state.can(Feature::Firewall, "filter traffic")?;
        }
        filter.check()?;
        state.machine(reference)?.filter = filter.clone();
        Ok(())
    });
    set.await
}
