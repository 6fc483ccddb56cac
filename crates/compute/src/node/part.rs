//! What a node consists of, and guests on it that others made, as its hypervisor told last. No IO.

use compute_driver::{Host, Status, Storage, Stranger};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A host of a node that is a cluster, or the only one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeHost {
    /// Its name at the hypervisor.
    pub name: String,
    /// Whether it answers.
    pub online: bool,
    /// Whether machines may be on it.
    #[serde(default = "yes")]
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

/// What was written before hosts could be left out.
fn yes() -> bool {
    true
}

impl NodeHost {
    /// A host that the hypervisor does not tell of.
    pub(crate) fn unheard(name: &str) -> Self {
        Self { name: name.to_owned(), online: false, takes_guests: true, cpus: 0, cpu_permille: None, memory_mib: 0, memory_used_mib: 0 }
    }
}

impl From<&Host> for NodeHost {
    fn from(host: &Host) -> Self {
        Self {
            name: host.name.clone(),
            online: host.online,
            takes_guests: host.takes_guests,
            cpus: host.cpus,
            cpu_permille: host.cpu_permille,
            memory_mib: host.memory_mib,
            memory_used_mib: host.memory_used_mib,
        }
    }
}

/// A storage of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeStorage {
    /// Its name at the hypervisor.
    pub name: String,
    /// The host that it belongs to; shared by all when there is none.
    pub host: Option<String>,
    /// Whether it keeps disks of machines.
    pub disks: bool,
    /// Whether it keeps archives.
    pub backups: bool,
    /// Its room in MiB.
    pub total_mib: u64,
    /// Room that is free, in MiB.
    pub free_mib: u64,
}

impl From<&Storage> for NodeStorage {
    fn from(storage: &Storage) -> Self {
        Self {
            name: storage.name.clone(),
            host: storage.host.clone(),
            disks: storage.disks,
            backups: storage.backups,
            total_mib: storage.total_mib,
            free_mib: storage.free_mib,
        }
    }
}

/// A guest that others made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeStranger {
    /// How the hypervisor addresses it, `100` for example.
    pub address: String,
    /// What it is called there.
    pub name: String,
    /// The host that it is on.
    pub host: Option<String>,
    /// Whether it runs; absent where the hypervisor does not tell.
    pub running: Option<bool>,
    /// Its virtual processors.
    pub cpus: u32,
    /// Its memory in MiB.
    pub memory_mib: u32,
    /// Its disk in GiB.
    pub disk_gib: u32,
}

impl From<&Stranger> for NodeStranger {
    fn from(stranger: &Stranger) -> Self {
        let running = match stranger.status {
            Status::Running | Status::Paused => Some(true),
            Status::Stopped => Some(false),
            Status::Unknown | Status::Absent => None,
        };
        Self {
            address: stranger.address.clone(),
            name: stranger.name.clone(),
            host: stranger.host.clone(),
            running,
            cpus: stranger.size.cpus,
            memory_mib: stranger.size.memory_mib,
            disk_gib: stranger.size.disk_gib,
        }
    }
}
