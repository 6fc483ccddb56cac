//! The simulated hypervisor's answers as a driver.

use std::{collections::BTreeSet, net::IpAddr};

use super::{
    Simulated, disk,
    fault::Operation,
    hosts,
    hypervisor::{BACKLOG_LIMIT, Machine},
    image, keep,
    line::{serve_screen, serve_serial},
    load, network, reshape,
};
use crate::{
    Accelerator, Answer, Backup, BackupStream, Capabilities, Card, ConsoleKind, ConsoleStream, Disk, DiskSpec, Driver, DriverError, Feature, Filter, Guest,
    GuestSpec, ImageSpec, InForce, Inventory, Measurement, NetworkSpec, PasswordHash, Progress, Reference, Size, Snapshot, SnapshotSpec, Status, Stranger, Way,
    is_image,
};

/// What it can do unless a test takes it away.
const FEATURES: [Feature; 21] = [
    Feature::Suspend,
    Feature::Resize,
    Feature::GrowDisk,
    Feature::Snapshots,
    Feature::MemorySnapshots,
    Feature::Backups,
    Feature::BackupDownload,
    Feature::SetPassword,
    Feature::AuthoriseKey,
    Feature::UserData,
    Feature::Rescue,
    Feature::Adopt,
    Feature::AntiSpoofing,
    Feature::Firewall,
    Feature::PrivateNetworks,
    Feature::PublicAddresses,
    Feature::Ipv6,
    Feature::OwnCard,
    Feature::Move,
    Feature::Images,
    Feature::Disks,
];
pub(super) const TEMPLATES: [&str; 2] = ["debian", "tiny"];

pub(super) fn accept(spec: &GuestSpec) -> Result<(), DriverError> {
    spec.check()?;
    if TEMPLATES.contains(&spec.template.as_str()) || is_image(&spec.template) {
        Ok(())
    } else {
        Err(DriverError::refused(format!("there is no template named {}", spec.template)))
    }
}

impl Driver for Simulated {
    fn name(&self) -> &'static str {
        "simulated"
    }

    fn capabilities(&self) -> Answer<'_, Capabilities> {
        Box::pin(async move {
            let (missing, images, site) = self
                .perform(Operation::Capabilities, None, |state| {
                    let alone = (state.hosts.len() < 2).then_some(Feature::Move);
                    let shared = (!state.own_cards).then_some(Feature::OwnCard);
                    Ok((state.missing.iter().copied().chain(alone).chain(shared).collect::<BTreeSet<_>>(), state.images.clone(), state.network_site.clone()))
                })
                .await?;
            Ok(Capabilities {
                accelerator: Accelerator::Tcg,
                accelerator_reason: "simulated".to_owned(),
                serial_console: true,
                console_backlog: true,
                screen_console: true,
                features: FEATURES.into_iter().filter(|feature| !missing.contains(feature)).collect(),
                templates: TEMPLATES.map(str::to_owned).into_iter().chain(images).collect(),
                plain_templates: Vec::new(),
                capacity: None,
                network_site: site,
            })
        })
    }

    fn ensure<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest> {
        Box::pin(async move {
            let made = self.perform(Operation::Ensure, Some(&spec.reference), |state| {
                accept(spec)?;
                image::is_there(state, spec)?;
                let machine = hosts::find_or_make(state, spec)?;
                if !machine.spec.same_shape(spec) {
                    return Err(DriverError::conflict("a guest with this reference has another shape"));
                }
                Ok(Some(machine.guest()))
            });
            Ok(made.await?.unwrap_or_else(|| Machine::new(spec).guest()))
        })
    }

    fn find<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Option<Guest>> {
        Box::pin(self.perform(Operation::Find, Some(reference), |state| Ok(state.guests.get(reference).map(Machine::guest))))
    }

    fn list(&self) -> Answer<'_, Vec<Guest>> {
        Box::pin(self.perform(Operation::List, None, |state| Ok(state.guests.values().map(Machine::guest).collect())))
    }

    fn status<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Status> {
        Box::pin(async move {
            let said = self.perform(Operation::Status, Some(reference), |state| Ok(Some(state.guests.get(reference).map_or(Status::Absent, Machine::said))));
            Ok(said.await?.unwrap_or(Status::Unknown))
        })
    }

    fn start<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(self.change(Operation::Start, reference, |machine| {
            match machine.status {
                Status::Running => {}
                Status::Paused => machine.wake(),
                _ => machine.power_on(),
            }
            Ok(())
        }))
    }

    fn stop<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(self.change(Operation::Stop, reference, |machine| {
            machine.power_off();
            Ok(())
        }))
    }

    fn shutdown<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(self.change(Operation::Shutdown, reference, |machine| {
            machine.power_off();
            Ok(())
        }))
    }

    fn reboot<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(self.change(Operation::Reboot, reference, |machine| {
            machine.running()?;
            machine.power_on();
            Ok(())
        }))
    }

    fn reset<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(self.change(Operation::Reset, reference, |machine| {
            machine.running()?;
            machine.power_on();
            Ok(())
        }))
    }

    fn rebuild<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest> {
        Box::pin(async move {
            let made = self.perform(Operation::Rebuild, Some(&spec.reference), |state| {
                accept(spec)?;
                image::is_there(state, spec)?;
                let machine = state.machine(&spec.reference)?;
                *machine = machine.anew(spec);
                Ok(Some(machine.guest()))
            });
            Ok(made.await?.unwrap_or_else(|| Machine::new(spec).guest()))
        })
    }

    fn destroy<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(self.perform(Operation::Destroy, Some(reference), |state| {
            disk::left_by(state, reference);
            Ok(())
        }))
    }

    fn console<'a>(&'a self, reference: &'a Reference, kind: ConsoleKind) -> Answer<'a, Box<dyn ConsoleStream>> {
        Box::pin(async move {
            let line = self.perform(Operation::Console, Some(reference), |state| {
                let machine = state.machine(reference)?;
                machine.running()?;
                Ok(Some((machine.backlog.clone(), machine.serial.subscribe())))
            });
            let (ours, theirs) = tokio::io::duplex(BACKLOG_LIMIT);
            match (kind, line.await?) {
                (ConsoleKind::Serial, Some((backlog, printed))) => {
                    tokio::spawn(serve_serial(self.clone(), reference.clone(), theirs, backlog, printed));
                }
                (ConsoleKind::Screen, Some(_)) => {
                    tokio::spawn(serve_screen(theirs));
                }
                // A hypervisor that lies hands out a line with nobody at its end.
                (_, None) => drop(theirs),
            }
            Ok(Box::new(ours) as Box<dyn ConsoleStream>)
        })
    }

    fn console_backlog<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Vec<u8>> {
        Box::pin(self.perform(Operation::ConsoleBacklog, Some(reference), |state| Ok(state.machine(reference)?.backlog.clone())))
    }

    fn measure<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Measurement> {
        Box::pin(self.perform(Operation::Measure, Some(reference), |state| {
            let machine = state.machine(reference)?;
            Ok(machine.started.map_or_else(load::idle, |at| load::after(at.elapsed() + machine.ahead, &machine.spec)))
        }))
    }

    fn suspend<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(reshape::suspend(self, reference))
    }

    fn resume<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(reshape::resume(self, reference))
    }

    fn resize<'a>(&'a self, reference: &'a Reference, size: &'a Size) -> Answer<'a, InForce> {
        Box::pin(reshape::resize(self, reference, size))
    }

    fn create_snapshot<'a>(&'a self, reference: &'a Reference, snapshot: &'a SnapshotSpec) -> Answer<'a, Progress<Snapshot>> {
        Box::pin(keep::create_snapshot(self, reference, snapshot))
    }

    fn snapshots<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Vec<Snapshot>> {
        Box::pin(keep::snapshots(self, reference))
    }

    fn roll_back<'a>(&'a self, reference: &'a Reference, snapshot: &'a Reference) -> Answer<'a, Progress<Guest>> {
        Box::pin(keep::roll_back(self, reference, snapshot))
    }

    fn delete_snapshot<'a>(&'a self, reference: &'a Reference, snapshot: &'a Reference) -> Answer<'a, ()> {
        Box::pin(keep::delete_snapshot(self, reference, snapshot))
    }

    fn create_backup<'a>(&'a self, reference: &'a Reference, backup: &'a Reference) -> Answer<'a, Progress<Backup>> {
        Box::pin(keep::create_backup(self, reference, backup))
    }

    fn backups(&self) -> Answer<'_, Vec<Backup>> {
        Box::pin(keep::backups(self))
    }

    fn restore_backup<'a>(&'a self, backup: &'a Reference, spec: &'a GuestSpec) -> Answer<'a, Progress<Guest>> {
        Box::pin(keep::restore_backup(self, backup, spec))
    }

    fn delete_backup<'a>(&'a self, backup: &'a Reference) -> Answer<'a, ()> {
        Box::pin(keep::delete_backup(self, backup))
    }

    fn open_backup<'a>(&'a self, backup: &'a Reference) -> Answer<'a, BackupStream> {
        Box::pin(keep::open_backup(self, backup))
    }

    fn set_password<'a>(&'a self, reference: &'a Reference, password: &'a PasswordHash) -> Answer<'a, InForce> {
        Box::pin(reshape::set_password(self, reference, password))
    }

    fn authorise_key<'a>(&'a self, reference: &'a Reference, key: &'a str) -> Answer<'a, InForce> {
        Box::pin(reshape::authorise_key(self, reference, key))
    }

    fn start_rescue<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(reshape::start_rescue(self, reference))
    }

    fn end_rescue<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(reshape::end_rescue(self, reference))
    }

    fn inventory(&self) -> Answer<'_, Inventory> {
        Box::pin(reshape::inventory(self))
    }

    fn strangers(&self) -> Answer<'_, Vec<Stranger>> {
        Box::pin(reshape::strangers(self))
    }

    fn adopt<'a>(&'a self, address: &'a str, reference: &'a Reference) -> Answer<'a, Guest> {
        Box::pin(reshape::adopt(self, address, reference))
    }

    fn way_to<'a>(&'a self, reference: &'a Reference, host: &'a str) -> Answer<'a, Way> {
        Box::pin(hosts::way_to(self, reference, host))
    }

    fn move_guest<'a>(&'a self, reference: &'a Reference, host: &'a str) -> Answer<'a, Progress<Guest>> {
        Box::pin(hosts::move_guest(self, reference, host))
    }

    fn set_filter<'a>(&'a self, reference: &'a Reference, filter: &'a Filter) -> Answer<'a, ()> {
        Box::pin(reshape::set_filter(self, reference, filter))
    }

    fn ensure_network<'a>(&'a self, wanted: &'a NetworkSpec) -> Answer<'a, ()> {
        Box::pin(network::ensure(self, wanted))
    }

    fn remove_network<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(network::remove(self, reference))
    }

    fn networks(&self) -> Answer<'_, Vec<NetworkSpec>> {
        Box::pin(network::list(self))
    }

    fn connect<'a>(&'a self, reference: &'a Reference, card: Option<&'a Card>) -> Answer<'a, InForce> {
        Box::pin(network::connect(self, reference, card))
    }

    fn set_addresses<'a>(&'a self, reference: &'a Reference, addresses: &'a [IpAddr]) -> Answer<'a, ()> {
        Box::pin(network::set_addresses(self, reference, addresses))
    }

    fn ensure_image<'a>(&'a self, wanted: &'a ImageSpec) -> Answer<'a, Progress<()>> {
        Box::pin(image::ensure(self, wanted))
    }

    fn remove_image<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        Box::pin(image::remove(self, name))
    }

    fn create_disk<'a>(&'a self, wanted: &'a DiskSpec) -> Answer<'a, Disk> {
        Box::pin(disk::create(self, wanted))
    }

    fn disks(&self) -> Answer<'_, Vec<Disk>> {
        Box::pin(disk::list(self))
    }

    fn attach_disk<'a>(&'a self, disk: &'a Reference, guest: &'a Reference) -> Answer<'a, ()> {
        Box::pin(disk::attach(self, disk, guest))
    }

    fn detach_disk<'a>(&'a self, disk: &'a Reference) -> Answer<'a, ()> {
        Box::pin(disk::detach(self, disk))
    }

    fn grow_disk<'a>(&'a self, disk: &'a Reference, gib: u32) -> Answer<'a, ()> {
        Box::pin(disk::grow(self, disk, gib))
    }

    fn remove_disk<'a>(&'a self, disk: &'a Reference) -> Answer<'a, ()> {
        Box::pin(disk::remove(self, disk))
    }
}
