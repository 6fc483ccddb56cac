//! Words for what a hypervisor consists of, and for guests that others made on it.

use serde::{Deserialize, Serialize};

use crate::{Status, guest::Size};

/// A host of a cluster, or the only one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Its name at the hypervisor.
    pub name: String,
    /// Whether it answers.
    pub online: bool,
    /// Whether guests of ours may be on it: the settings of a cluster can leave hosts out.
    pub takes_guests: bool,
    /// Its processors.
    pub cpus: u32,
    /// How busy they are, in thousandths, where the hypervisor tells.
    pub cpu_permille: Option<u16>,
    /// Its memory in MiB.
    pub memory_mib: u64,
    /// Memory that is in use, in MiB.
    pub memory_used_mib: u64,
}

/// A place for disks, archives or templates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storage {
    /// Its name at the hypervisor.
    pub name: String,
    /// The host it belongs to; shared by all when there is none.
    pub host: Option<String>,
    /// Whether it keeps disks of guests.
    pub disks: bool,
    /// Whether it keeps archives.
    pub backups: bool,
    /// Its room in MiB.
    pub total_mib: u64,
    /// Room that is free, in MiB.
    pub free_mib: u64,
}

/// A network that guests can be connected to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestNetwork {
    /// Its name at the hypervisor, `vmbr0` for example.
    pub name: String,
    /// The host it belongs to; spans all when there is none.
    pub host: Option<String>,
}

/// A template that guests can be made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateInfo {
    /// Its name, as `GuestSpec::template` asks for it.
    pub name: String,
    /// What it was made from, for the operator.
    pub origin: String,
    /// The least disk that a guest of it needs, in GiB.
    pub disk_gib: u32,
}

/// What a hypervisor consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Its hosts.
    pub hosts: Vec<Host>,
    /// Where it keeps things.
    pub storages: Vec<Storage>,
    /// What guests can be connected to.
    pub networks: Vec<GuestNetwork>,
    /// What guests can be made from.
    pub templates: Vec<TemplateInfo>,
}

/// A guest that does not carry a reference of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stranger {
    /// How the hypervisor addresses it, `100` for example.
    pub address: String,
    /// What it is called there.
    pub name: String,
    /// The host it is on.
    pub host: Option<String>,
    /// What it does now.
    pub status: Status,
    /// How large it is.
    pub size: Size,
}
