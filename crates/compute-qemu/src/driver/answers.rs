//! The trait's questions, each led to the function that answers it.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

use compute_driver::{
    Answer, Backup, BackupStream, Capabilities, Card, ConsoleKind, ConsoleStream, Disk, DiskSpec, Driver, DriverError, Filter, Guest, GuestSpec, ImageSpec,
    InForce, Inventory, Measurement, NetworkSpec, PasswordHash, Progress, Reference, Size, Snapshot, SnapshotSpec, Status,
};
use compute_host::network::change;

use super::{backup, console, disk, image, look, make, network, power, reshape, snapshot};
use crate::{
    guest::{
        place::Place,
        record::{self, Record},
    },
    settings::Settings,
};

/// QEMU on this host. Clones and other processes with the same settings are the same hypervisor.
#[derive(Clone, Debug)]
pub struct Qemu {
    pub(super) settings: Arc<Settings>,
}

impl Qemu {
    /// The driver for `settings`. Nothing is touched before the first call.
    pub fn new(settings: Settings) -> Self {
        Self { settings: Arc::new(settings) }
    }

    pub(super) fn place(&self, reference: &Reference) -> Place {
        Place::of(&self.settings.data_dir, reference)
    }

    /// Where the guest is and what is remembered of it.
    pub(super) fn known(&self, reference: &Reference) -> Result<(Place, Record), DriverError> {
        let place = self.place(reference);
        let record = record::read(&place.dir.join(record::FILE)).ok_or_else(|| DriverError::not_found(reference))?;
        Ok((place, record))
    }
}

impl Driver for Qemu {
    fn name(&self) -> &'static str {
        "qemu"
    }

    fn capabilities(&self) -> Answer<'_, Capabilities> {
        Box::pin(look::capabilities(self))
    }

    fn ensure<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest> {
        Box::pin(make::ensure(self, spec))
    }

    fn find<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Option<Guest>> {
        Box::pin(look::find(self, reference))
    }

    fn list(&self) -> Answer<'_, Vec<Guest>> {
        Box::pin(look::list(self))
    }

    fn status<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Status> {
        Box::pin(look::status(self, reference))
    }

    fn start<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(power::start(self, reference))
    }

    fn stop<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(power::stop(self, reference))
    }

    fn shutdown<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(power::shutdown(self, reference))
    }

    fn reboot<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(power::reboot(self, reference))
    }

    fn reset<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(power::reset(self, reference))
    }

    fn rebuild<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest> {
        Box::pin(make::rebuild(self, spec))
    }

    fn destroy<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(make::destroy(self, reference))
    }

    fn console<'a>(&'a self, reference: &'a Reference, kind: ConsoleKind) -> Answer<'a, Box<dyn ConsoleStream>> {
        Box::pin(console::open(self, reference, kind))
    }

    fn console_backlog<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Vec<u8>> {
        Box::pin(console::backlog(self, reference))
    }

    fn measure<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Measurement> {
        Box::pin(look::measure(self, reference))
    }

    fn measure_all<'a>(&'a self, references: &'a [Reference]) -> Answer<'a, BTreeMap<Reference, Measurement>> {
        Box::pin(look::measure_all(self, references))
    }

    fn inventory(&self) -> Answer<'_, Inventory> {
        Box::pin(look::inventory(self))
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

    fn create_snapshot<'a>(&'a self, reference: &'a Reference, wanted: &'a SnapshotSpec) -> Answer<'a, Progress<Snapshot>> {
        Box::pin(snapshot::create(self, reference, wanted))
    }

    fn snapshots<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Vec<Snapshot>> {
        Box::pin(snapshot::list(self, reference))
    }

    fn roll_back<'a>(&'a self, reference: &'a Reference, name: &'a Reference) -> Answer<'a, Progress<Guest>> {
        Box::pin(snapshot::roll_back(self, reference, name))
    }

    fn delete_snapshot<'a>(&'a self, reference: &'a Reference, name: &'a Reference) -> Answer<'a, ()> {
        Box::pin(snapshot::delete(self, reference, name))
    }

    fn create_backup<'a>(&'a self, reference: &'a Reference, name: &'a Reference) -> Answer<'a, Progress<Backup>> {
        Box::pin(backup::create(self, reference, name))
    }

    fn backups(&self) -> Answer<'_, Vec<Backup>> {
        Box::pin(backup::list(self))
    }

    fn restore_backup<'a>(&'a self, name: &'a Reference, spec: &'a GuestSpec) -> Answer<'a, Progress<Guest>> {
        Box::pin(backup::restore(self, name, spec))
    }

    fn delete_backup<'a>(&'a self, name: &'a Reference) -> Answer<'a, ()> {
        Box::pin(backup::delete(self, name))
    }

    fn open_backup<'a>(&'a self, name: &'a Reference) -> Answer<'a, BackupStream> {
        Box::pin(backup::open(self, name))
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

    fn set_filter<'a>(&'a self, reference: &'a Reference, filter: &'a Filter) -> Answer<'a, ()> {
        Box::pin(network::set_filter(self, reference, filter))
    }

    fn ensure_network<'a>(&'a self, wanted: &'a NetworkSpec) -> Answer<'a, ()> {
        Box::pin(change::ensure(&self.settings.networks, wanted))
    }

    fn remove_network<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(change::remove(&self.settings.networks, reference))
    }

    fn networks(&self) -> Answer<'_, Vec<NetworkSpec>> {
        Box::pin(async move { change::list(&self.settings.networks) })
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
        Box::pin(async move { disk::list(self) })
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
