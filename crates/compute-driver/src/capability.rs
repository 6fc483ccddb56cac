//! What a hypervisor can do, and how much room it has.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What runs a guest's processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accelerator {
    /// The processor's own virtualisation.
    Kvm,
    /// Translation in software: works anywhere, many times slower.
    Tcg,
    /// Nothing: the guest is a container, whose processes run on the host's kernel.
    None,
}

/// Something that not every hypervisor can do. The call behind a feature that is missing answers `Unsupported`, and nobody offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// A guest can be held and let go on: `suspend`, `resume`.
    Suspend,
    /// Processors and memory change: `resize`, in force after a restart unless the answer says otherwise.
    Resize,
    /// A disk grows: `resize`.
    GrowDisk,
    /// A disk can be saved and brought back: `create_snapshot`, `snapshots`, `roll_back`, `delete_snapshot`.
    Snapshots,
    /// A snapshot can hold the memory of a running guest.
    MemorySnapshots,
    /// A disk can be copied to an archive and made from one: `create_backup`, `backups`, `restore_backup`, `delete_backup`.
    Backups,
    /// An archive can be read from outside: `open_backup`.
    BackupDownload,
    /// The root user's password can be set: `set_password`.
    SetPassword,
    /// SSH keys can be added: `authorise_key`.
    AuthoriseKey,
    /// User data reaches the guest at its first boot: `GuestSpec::user_data`.
    UserData,
    /// A guest can boot from a rescue system: `start_rescue`, `end_rescue`.
    Rescue,
    /// Guests that were made by others can be taken over: `strangers`, `adopt`.
    Adopt,
    /// A guest is held to its own addresses: `Filter::anti_spoofing`.
    AntiSpoofing,
    /// Traffic is filtered by rules: `Filter::rules`.
    Firewall,
    /// Guests can be in private networks: `ensure_network`, `remove_network`, `networks`, `connect`, `GuestSpec::card`.
    PrivateNetworks,
    /// Public addresses can lead to a guest in a private network: `set_addresses`.
    PublicAddresses,
    /// Guests in a private network can have public IPv6 addresses: `NetworkSpec::ipv6`.
    Ipv6,
    /// A guest keeps the card that the driver gives it by itself, and a private network is a second one. Traffic is filtered on both, in a
    /// network or in none, and public addresses are on the guest's own card: its system has to be told to answer for them.
    OwnCard,
    /// There are several hosts, and a guest can go from one to another: `way_to`, `move_guest`.
    Move,
    /// Disks that boot by themselves are taken in, and guests made of them: `ensure_image`, `remove_image`.
    Images,
    /// Guests can have disks beside their own: `create_disk`, `disks`, `attach_disk`, `detach_disk`, `grow_disk`, `remove_disk`.
    Disks,
}

/// Room on a hypervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// Processors of the host.
    pub cpus: u32,
    /// Memory of the host in MiB.
    pub memory_mib: u64,
    /// Disk for guests in MiB.
    pub disk_mib: u64,
    /// Disk that is free in MiB.
    pub disk_free_mib: u64,
}

/// What a hypervisor can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// What runs the guests' processors.
    pub accelerator: Accelerator,
    /// Why this accelerator, for the operator.
    pub accelerator_reason: String,
    /// Whether there is a serial console.
    pub serial_console: bool,
    /// Whether what the serial line printed is kept while nobody listens. Without it a console begins with what comes next.
    pub console_backlog: bool,
    /// Whether there is a screen console.
    pub screen_console: bool,
    /// What else it can do.
    pub features: BTreeSet<Feature>,
    /// Templates that are ready to use.
    pub templates: Vec<String>,
    /// Those among them whose guests get neither user data nor extra disks, where others here do: containers beside virtual machines.
    #[serde(default)]
    pub plain_templates: Vec<String>,
    /// Room, where the driver can tell.
    pub capacity: Option<Capacity>,
    /// Where its private networks are: guests of hypervisors that say the same word can be in one network. A hypervisor that says
    /// nothing has its networks to itself.
    #[serde(default)]
    pub network_site: Option<String>,
}

impl Capabilities {
    /// Whether `feature` is there.
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }
}
