//! The driver itself: each question with the function that answers it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use compute_driver::{
    Answer, Backup, Capabilities, Card, ConsoleKind, ConsoleStream, Disk, DiskSpec, Driver, DriverError, Filter, Guest, GuestSpec, ImageSpec, InForce,
    Inventory, Measurement, NetworkSpec, PasswordHash, Progress, Reference, Size, Snapshot, SnapshotSpec, Status, Stranger, Way,
};

use super::{
    Proxmox, access, adopt, backup, card, console, disk, filter, image, inventory, look, make, measure, moving, network, power, rebuild, size, snapshot,
};

impl Driver for Proxmox {
    fn name(&self) -> &'static str {
        "proxmox"
    }

    fn doubts(&self) -> Vec<DriverError> {
        self.client().doubts().into_iter().map(DriverError::from).collect()
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
        Box::pin(look::status_now(self, reference))
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
        Box::pin(rebuild::rebuild(self, spec))
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
        Box::pin(measure::measure(self, reference))
    }

    fn measure_all<'a>(&'a self, references: &'a [Reference]) -> Answer<'a, BTreeMap<Reference, Measurement>> {
        Box::pin(measure::measure_all(self, references))
    }

    fn suspend<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(power::suspend(self, reference))
    }

    fn resume<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(power::resume(self, reference))
    }

    fn resize<'a>(&'a self, reference: &'a Reference, size: &'a Size) -> Answer<'a, InForce> {
        Box::pin(size::resize(self, reference, size))
    }

    fn create_snapshot<'a>(&'a self, reference: &'a Reference, snapshot: &'a SnapshotSpec) -> Answer<'a, Progress<Snapshot>> {
        Box::pin(snapshot::create(self, reference, snapshot))
    }

    fn snapshots<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Vec<Snapshot>> {
        Box::pin(snapshot::list(self, reference))
    }

    fn roll_back<'a>(&'a self, reference: &'a Reference, snapshot: &'a Reference) -> Answer<'a, Progress<Guest>> {
        Box::pin(snapshot::roll_back(self, reference, snapshot))
    }

    fn delete_snapshot<'a>(&'a self, reference: &'a Reference, snapshot: &'a Reference) -> Answer<'a, ()> {
        Box::pin(snapshot::delete(self, reference, snapshot))
    }

    fn create_backup<'a>(&'a self, reference: &'a Reference, backup: &'a Reference) -> Answer<'a, Progress<Backup>> {
        Box::pin(backup::create(self, reference, backup))
    }

    fn backups(&self) -> Answer<'_, Vec<Backup>> {
        Box::pin(backup::list(self))
    }

    fn restore_backup<'a>(&'a self, backup: &'a Reference, spec: &'a GuestSpec) -> Answer<'a, Progress<Guest>> {
        Box::pin(backup::restore(self, backup, spec))
    }

    fn delete_backup<'a>(&'a self, backup: &'a Reference) -> Answer<'a, ()> {
        Box::pin(backup::delete(self, backup))
    }

    fn set_password<'a>(&'a self, reference: &'a Reference, password: &'a PasswordHash) -> Answer<'a, InForce> {
        Box::pin(access::set_password(self, reference, password))
    }

    fn authorise_key<'a>(&'a self, reference: &'a Reference, key: &'a str) -> Answer<'a, InForce> {
        Box::pin(access::authorise_key(self, reference, key))
    }

    fn inventory(&self) -> Answer<'_, Inventory> {
        Box::pin(inventory::inventory(self))
    }

    fn strangers(&self) -> Answer<'_, Vec<Stranger>> {
        Box::pin(adopt::strangers(self))
    }

    fn adopt<'a>(&'a self, address: &'a str, reference: &'a Reference) -> Answer<'a, Guest> {
        Box::pin(adopt::adopt(self, address, reference))
    }

    fn way_to<'a>(&'a self, reference: &'a Reference, host: &'a str) -> Answer<'a, Way> {
        Box::pin(moving::way(self, reference, host))
    }

    fn move_guest<'a>(&'a self, reference: &'a Reference, host: &'a str) -> Answer<'a, Progress<Guest>> {
        Box::pin(moving::move_guest(self, reference, host))
    }

    fn set_filter<'a>(&'a self, reference: &'a Reference, filter: &'a Filter) -> Answer<'a, ()> {
        Box::pin(filter::set(self, reference, filter))
    }

    fn ensure_network<'a>(&'a self, network: &'a NetworkSpec) -> Answer<'a, ()> {
        Box::pin(network::ensure(self, network))
    }

    fn remove_network<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(network::remove(self, reference))
    }

    fn networks(&self) -> Answer<'_, Vec<NetworkSpec>> {
        Box::pin(network::list(self))
    }

    fn connect<'a>(&'a self, reference: &'a Reference, card: Option<&'a Card>) -> Answer<'a, InForce> {
        Box::pin(card::connect(self, reference, card))
    }

    fn set_addresses<'a>(&'a self, reference: &'a Reference, addresses: &'a [IpAddr]) -> Answer<'a, ()> {
        Box::pin(filter::set_addresses(self, reference, addresses))
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

    fn find_disk<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Option<Disk>> {
        Box::pin(disk::find(self, reference))
    }

    fn attach_disk<'a>(&'a self, reference: &'a Reference, guest: &'a Reference) -> Answer<'a, ()> {
        Box::pin(disk::attach(self, reference, guest))
    }

    fn detach_disk<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(disk::detach(self, reference))
    }

    fn grow_disk<'a>(&'a self, reference: &'a Reference, gib: u32) -> Answer<'a, ()> {
        Box::pin(disk::grow(self, reference, gib))
    }

    fn remove_disk<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(disk::remove(self, reference))
    }
}
