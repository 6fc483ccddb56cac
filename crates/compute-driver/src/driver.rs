//! The questions that Fairhold asks a hypervisor. How each is answered is left to the drivers.

use std::{collections::BTreeMap, net::IpAddr};

use crate::{
    Answer, Backup, BackupStream, Capabilities, Card, ConsoleKind, ConsoleStream, Disk, DiskSpec, DriverError, Filter, Guest, GuestSpec, ImageSpec, InForce,
    Inventory, Measurement, NetworkSpec, PasswordHash, Progress, Reference, Size, Snapshot, SnapshotSpec, Status, Stranger, Way, answer::unsupported,
};

/// One hypervisor, or one cluster of them.
///
/// A driver keeps nothing that it could not find out again: any process with the same settings continues where another stopped.
/// Every call may be repeated. The caller chooses the reference before the first call, so that "find or create" is always possible.
///
/// From [`Driver::suspend`] on, the calls belong to a [`Feature`](crate::Feature). A driver that does not name it among its
/// capabilities leaves the call as it stands here: it answers `Unsupported`.
pub trait Driver: Send + Sync + 'static {
    /// The driver's name, as it stands in the configuration: `qemu`, `simulated`.
    fn name(&self) -> &'static str;

    /// Ways to this hypervisor that a person has to look at though it answers by another: each is an [`DriverError::Untrusted`].
    /// What was noticed so far; nothing is asked.
    fn doubts(&self) -> Vec<DriverError> {
        Vec::new()
    }

    /// What this hypervisor can do, and how much room it has.
    fn capabilities(&self) -> Answer<'_, Capabilities>;

    /// Finds the guest that carries `spec.reference`, or creates it, stopped.
    ///
    /// # Errors
    /// `Refused` for a spec that can never work, `Conflict` when a guest with this reference has another shape
    /// ([`GuestSpec::same_shape`]), `Full` without room for it on a host that [`GuestSpec::avoid`] does not name.
    fn ensure<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest>;

    /// The guest that carries `reference`, if there is one.
    fn find<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Option<Guest>>;

    /// Every guest of ours: what the reconciler compares with the database.
    fn list(&self) -> Answer<'_, Vec<Guest>>;

    /// What the hypervisor says now. `Absent` when no guest carries the reference; a word that the driver does not know is `Unknown`.
    fn status<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Status>;

    /// Powers on; a running guest is left alone. Returns when the machine runs, not when its system has booted.
    ///
    /// # Errors
    /// `Failed` with the hypervisor's log when the machine does not come up; nothing of it is left running then.
    fn start<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()>;

    /// Cuts the power; a stopped guest is left alone.
    fn stop<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()>;

    /// Presses the power button and returns; whether the guest obeys shows in its status. A stopped guest is left alone.
    ///
    /// A guest that is still booting may miss it. Press again, and have a deadline after which the power is cut.
    fn shutdown<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()>;

    /// Asks the guest to start anew and returns. Like the power button, a guest that is still booting may miss it.
    ///
    /// # Errors
    /// `Conflict` when the guest does not run.
    fn reboot<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()>;

    /// Presses the reset button.
    ///
    /// # Errors
    /// `Conflict` when the guest does not run.
    fn reset<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()>;

    /// Gives the guest a fresh disk and seed after `spec`, and leaves it stopped. What was on the disk is gone, with its snapshots;
    /// backups stay.
    fn rebuild<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest>;

    /// Stops the guest and removes it with its disk and snapshots; backups stay, and so do the disks that it had beside its own, which are
    /// nobody's then. Already gone is success.
    fn destroy<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()>;

    /// Connects to a console.
    ///
    /// # Errors
    /// `Conflict` when the guest does not run.
    fn console<'a>(&'a self, reference: &'a Reference, kind: ConsoleKind) -> Answer<'a, Box<dyn ConsoleStream>>;

    /// The last of what the serial line printed, also of a stopped guest. Bounded by the driver.
    fn console_backlog<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Vec<u8>>;

    /// What the guest uses.
    fn measure<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Measurement>;

    /// What each of the guests uses, for those that can be measured now; the others are left out. A driver that learns of many guests
    /// in one call of the hypervisor's overrides this, so that measuring all costs one call.
    fn measure_all<'a>(&'a self, references: &'a [Reference]) -> Answer<'a, BTreeMap<Reference, Measurement>> {
        Box::pin(async move {
            let mut figures = BTreeMap::new();
            for reference in references {
                if let Ok(said) = self.measure(reference).await {
                    figures.insert(reference.clone(), said);
                }
            }
            Ok(figures)
        })
    }

    /// Holds the guest's processors; memory stays. A paused guest is left alone.
    ///
    /// # Errors
    /// `Conflict` when the guest is stopped.
    fn suspend<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        let _unused = reference;
        unsupported("suspend guests")
    }

    /// Lets a paused guest go on. A running guest is left alone.
    ///
    /// # Errors
    /// `Conflict` when the guest is stopped.
    fn resume<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        let _unused = reference;
        unsupported("resume guests")
    }

    /// Makes the guest as large as `size` says; [`Guest::size`] and [`Driver::ensure`] know it by that size from then on.
    /// `Now` also when nothing had to change.
    ///
    /// # Errors
    /// `Refused` for a smaller disk, `Full` without room.
    fn resize<'a>(&'a self, reference: &'a Reference, size: &'a Size) -> Answer<'a, InForce> {
        let _unused = (reference, size);
        unsupported("resize guests")
    }

    /// Finds the guest's snapshot of this name, or takes it. The guest goes on as before.
    ///
    /// # Errors
    /// `Full` without room, `Refused` for a name that does not fit, `Conflict` for memory of a guest with extra disks, which do not go back with it,
    /// and for any snapshot beside them where the hypervisor could only take all disks together.
    fn create_snapshot<'a>(&'a self, reference: &'a Reference, snapshot: &'a SnapshotSpec) -> Answer<'a, Progress<Snapshot>> {
        let _unused = (reference, snapshot);
        unsupported("take snapshots")
    }

    /// The guest's snapshots, oldest first.
    fn snapshots<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Vec<Snapshot>> {
        let _unused = reference;
        unsupported("take snapshots")
    }

    /// Brings the guest's disk back to the snapshot. With memory the guest runs again where it was; without it is stopped.
    /// The answer tells the size of the guest from then on, which may be that of the snapshot.
    /// Repeating it brings the guest back once more.
    ///
    /// # Errors
    /// `Conflict` when there is no such snapshot, or when memory does not fit a guest that was resized since.
    fn roll_back<'a>(&'a self, reference: &'a Reference, snapshot: &'a Reference) -> Answer<'a, Progress<Guest>> {
        let _unused = (reference, snapshot);
        unsupported("take snapshots")
    }

    /// Removes a snapshot. Already gone is success.
    fn delete_snapshot<'a>(&'a self, reference: &'a Reference, snapshot: &'a Reference) -> Answer<'a, ()> {
        let _unused = (reference, snapshot);
        unsupported("take snapshots")
    }

    /// Finds the backup of this name, or makes it of the guest's disk as it stands, without stopping the guest.
    /// Half an archive is never listed.
    ///
    /// # Errors
    /// `Full` without room.
    fn create_backup<'a>(&'a self, reference: &'a Reference, backup: &'a Reference) -> Answer<'a, Progress<Backup>> {
        let _unused = (reference, backup);
        unsupported("make backups")
    }

    /// Every backup of ours, oldest first, those of guests that are gone included.
    fn backups(&self) -> Answer<'_, Vec<Backup>> {
        unsupported("make backups")
    }

    /// Gives the guest that `spec` names the backup's disk, and leaves it stopped: in place when the guest is there, as a new guest when
    /// it is not. What was on its disk is gone, with its snapshots. Repeating it restores once more.
    ///
    /// # Errors
    /// `Conflict` when there is no such backup, `Refused` when the disk in `spec` is smaller than the backup's, `Full` without room.
    fn restore_backup<'a>(&'a self, backup: &'a Reference, spec: &'a GuestSpec) -> Answer<'a, Progress<Guest>> {
        let _unused = (backup, spec);
        unsupported("make backups")
    }

    /// Removes a backup. Already gone is success.
    fn delete_backup<'a>(&'a self, backup: &'a Reference) -> Answer<'a, ()> {
        let _unused = backup;
        unsupported("make backups")
    }

    /// Opens a backup's archive to be read.
    ///
    /// # Errors
    /// `Conflict` when there is no such backup.
    fn open_backup<'a>(&'a self, backup: &'a Reference) -> Answer<'a, BackupStream> {
        let _unused = backup;
        unsupported("hand out backups")
    }

    /// Sets the root user's password.
    fn set_password<'a>(&'a self, reference: &'a Reference, password: &'a PasswordHash) -> Answer<'a, InForce> {
        let _unused = (reference, password);
        unsupported("set passwords")
    }

    /// Lets the owner of an SSH key (one OpenSSH line) sign in as root, beside those who may already.
    ///
    /// # Errors
    /// `Refused` when `key` is no key line.
    fn authorise_key<'a>(&'a self, reference: &'a Reference, key: &'a str) -> Answer<'a, InForce> {
        let _unused = (reference, key);
        unsupported("add SSH keys")
    }

    /// Cuts the guest off and boots the rescue system, which knows the guest's SSH keys and has its disk attached and untouched.
    /// Every start is one of the rescue system until [`Driver::end_rescue`]. A guest that runs it already is left alone.
    fn start_rescue<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        let _unused = reference;
        unsupported("boot a rescue system")
    }

    /// Cuts the rescue system off and leaves the guest stopped; its next start is its own. A guest not in rescue is left alone.
    fn end_rescue<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        let _unused = reference;
        unsupported("boot a rescue system")
    }

    /// What the hypervisor consists of.
    fn inventory(&self) -> Answer<'_, Inventory>;

    /// Guests on the hypervisor that carry no reference of ours.
    fn strangers(&self) -> Answer<'_, Vec<Stranger>> {
        unsupported("take over guests")
    }

    /// Gives the stranger at `address` our reference and changes nothing else. A guest that carries it already is found.
    ///
    /// # Errors
    /// `Conflict` when nothing is at that address, or when another guest carries the reference.
    fn adopt<'a>(&'a self, address: &'a str, reference: &'a Reference) -> Answer<'a, Guest> {
        let _unused = (address, reference);
        unsupported("take over guests")
    }

    /// How the guest would get to `host` (its name in [`Driver::inventory`]) now. Nothing is changed.
    ///
    /// # Errors
    /// `Refused` for a host that there is not, or that takes no guests; `Conflict` for a guest that cannot leave its host, saying why;
    /// `Unavailable` while the host is away.
    fn way_to<'a>(&'a self, reference: &'a Reference, host: &'a str) -> Answer<'a, Way> {
        let _unused = (reference, host);
        unsupported("move guests to other hosts")
    }

    /// Moves the guest to `host`, in the way that [`Driver::way_to`] tells; already there is success. A guest that ran runs afterwards,
    /// one that was stopped or paused is so, and its disk and its addresses go with it.
    ///
    /// # Errors
    /// As [`Driver::way_to`]. The guest is on one host or the other, whole, whatever the error.
    fn move_guest<'a>(&'a self, reference: &'a Reference, host: &'a str) -> Answer<'a, Progress<Guest>> {
        let _unused = (reference, host);
        unsupported("move guests to other hosts")
    }

    /// Filters the guest's traffic as `filter` says and forgets what was said before.
    ///
    /// # Errors
    /// `Refused` for rules that can never work, `Conflict` when the guest is where the driver filters nothing.
    fn set_filter<'a>(&'a self, reference: &'a Reference, filter: &'a Filter) -> Answer<'a, ()> {
        let _unused = (reference, filter);
        unsupported("filter traffic")
    }

    /// Finds the private network that carries `network.reference`, or makes it, and brings back whatever of it a restart of the host
    /// took. Whether its guests reach the outside may change; its subnet and gateway stay.
    ///
    /// # Errors
    /// `Refused` for a network that can never work, `Conflict` when one with this reference has another subnet or gateway.
    fn ensure_network<'a>(&'a self, network: &'a NetworkSpec) -> Answer<'a, ()> {
        let _unused = network;
        unsupported("make private networks")
    }

    /// Removes a private network. Already gone is success.
    ///
    /// # Errors
    /// `Conflict` while a guest is in it.
    fn remove_network<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        let _unused = reference;
        unsupported("make private networks")
    }

    /// Every private network of ours.
    fn networks(&self) -> Answer<'_, Vec<NetworkSpec>> {
        unsupported("make private networks")
    }

    /// Gives the guest its place in a private network, or takes it back to where the driver puts guests by itself.
    /// Its filter and its public addresses are those that were set last.
    ///
    /// # Errors
    /// `Conflict` when there is no such network, `Refused` for an address outside it.
    fn connect<'a>(&'a self, reference: &'a Reference, card: Option<&'a Card>) -> Answer<'a, InForce> {
        let _unused = (reference, card);
        unsupported("connect guests to private networks")
    }

    /// Leads these public addresses, and no others, to the guest's address in its private network, at once.
    /// What it sends to the outside comes from the first of them. Leading them to the hypervisor is left to its operator.
    /// Where guests have cards of their own ([`OwnCard`](crate::Feature::OwnCard)), the guest may have them there, and its system does the rest.
    ///
    /// # Errors
    /// `Conflict` when the guest is in no private network and has no card of its own, `Unsupported` for a family that the driver cannot lead.
    fn set_addresses<'a>(&'a self, reference: &'a Reference, addresses: &'a [IpAddr]) -> Answer<'a, ()> {
        let _unused = (reference, addresses);
        unsupported("lead public addresses to guests")
    }

    /// Finds the image of this name, or takes it in. Guests can be made of it once it is done; [`Capabilities::templates`] names it then.
    ///
    /// # Errors
    /// `Refused` for an image that can never be taken in, `Full` without room for it, `Failed` when other bytes came than were promised.
    fn ensure_image<'a>(&'a self, image: &'a ImageSpec) -> Answer<'a, Progress<()>> {
        let _unused = image;
        unsupported("take in images")
    }

    /// Removes an image. Already gone is success.
    ///
    /// # Errors
    /// `Conflict` while a guest needs it.
    fn remove_image<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        let _unused = name;
        unsupported("take in images")
    }

    /// Finds the disk that carries `disk.reference`, or makes it, empty and attached to no guest.
    ///
    /// # Errors
    /// `Refused` for a size that can never work, `Conflict` when one with this reference has another size, `Full` without room.
    fn create_disk<'a>(&'a self, disk: &'a DiskSpec) -> Answer<'a, Disk> {
        let _unused = disk;
        unsupported("keep extra disks")
    }

    /// Every disk of ours, attached or not.
    fn disks(&self) -> Answer<'_, Vec<Disk>> {
        unsupported("keep extra disks")
    }

    /// The disk that carries `reference`, if there is one. A driver whose list may be late overrides this.
    fn find_disk<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Option<Disk>> {
        Box::pin(async move { Ok(self.disks().await?.into_iter().find(|disk| disk.reference == *reference)) })
    }

    /// Gives the guest the disk, at once where it runs and at each start from then on. The guest knows it by its [`serial`](crate::disk::serial).
    /// Rebuilding, restoring and rescue leave it attached; a snapshot or a backup does not hold it.
    ///
    /// # Errors
    /// `Conflict` when there is no such disk, when another guest has it, or when the guest has [`DISKS_PER_GUEST`](crate::DISKS_PER_GUEST) already;
    /// `Unavailable` while it is being brought to the guest's host; `Unsupported` for a guest of a kind that has no disks beside its own.
    fn attach_disk<'a>(&'a self, disk: &'a Reference, guest: &'a Reference) -> Answer<'a, ()> {
        let _unused = (disk, guest);
        unsupported("keep extra disks")
    }

    /// Takes the disk from whichever guest has it. Already taken, or a guest or disk that is gone, is success.
    ///
    /// # Errors
    /// `Unavailable` while a running guest does not let go of it.
    fn detach_disk<'a>(&'a self, disk: &'a Reference) -> Answer<'a, ()> {
        let _unused = disk;
        unsupported("keep extra disks")
    }

    /// Makes the disk `gib` GiB large, at once, also for a guest that runs. So large already is success.
    ///
    /// # Errors
    /// `Refused` for a smaller size, `Conflict` when there is no such disk, `Full` without room.
    fn grow_disk<'a>(&'a self, disk: &'a Reference, gib: u32) -> Answer<'a, ()> {
        let _unused = (disk, gib);
        unsupported("keep extra disks")
    }

    /// Removes the disk and what is on it. Already gone is success.
    ///
    /// # Errors
    /// `Conflict` while a guest has it.
    fn remove_disk<'a>(&'a self, disk: &'a Reference) -> Answer<'a, ()> {
        let _unused = disk;
        unsupported("keep extra disks")
    }
}
