//! The cluster's own list of everything, fetched once for all who ask within its time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use compute_driver::{Reference, Size, Status};

use super::{Proxmox, mark};
use crate::call::{At, Kind, cluster};
use crate::client::{Fields, Trouble};

/// The cluster's figures are renewed every ten seconds; asking more often than this brings nothing.
pub(super) const FRESH: Duration = Duration::from_secs(4);

pub(super) const MIB: u64 = 1024 * 1024;
pub(super) const GIB: u64 = 1024 * MIB;

/// A list, and when it was asked for.
pub(super) struct Known {
    at: Instant,
    writes: u64,
    view: Arc<View>,
}

/// What the cluster said about itself.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) guests: Vec<Entry>,
    pub(super) nodes: Vec<Node>,
    pub(super) storages: Vec<Storage>,
}

/// A guest in the cluster's list.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) at: At,
    pub(super) name: String,
    pub(super) tags: String,
    pub(super) template: bool,
    pub(super) status: Status,
    pub(super) size: Size,
    /// Everything else that was said, for the figures.
    pub(super) said: Fields,
}

/// A node in the cluster's list.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) online: bool,
    pub(super) cpus: u32,
    pub(super) cpu: Option<f64>,
    pub(super) memory: u64,
    pub(super) memory_used: u64,
}

/// A storage in the cluster's list: one entry per node, also of those that are shared.
#[derive(Debug)]
pub(super) struct Storage {
    pub(super) name: String,
    pub(super) node: String,
    pub(super) available: bool,
    pub(super) shared: bool,
    pub(super) content: String,
    pub(super) total: u64,
    pub(super) used: u64,
}

impl Entry {
    /// Our reference among its tags.
    pub(super) fn reference(&self) -> Option<Reference> {
        mark::reference_in(&self.tags)
    }
}

impl View {
    fn of(entries: Vec<Fields>) -> Self {
        let mut view = Self::default();
        for entry in entries {
            match entry.words("type").as_str() {
                "qemu" => view.guests.extend(guest(entry, Kind::Machine)),
                "lxc" => view.guests.extend(guest(entry, Kind::Container)),
                "node" => view.nodes.push(node(&entry)),
                "storage" => view.storages.push(storage(&entry)),
                _ => {}
            }
        }
        view
    }

    pub(super) fn guest(&self, vmid: u32) -> Option<&Entry> {
        self.guests.iter().find(|guest| guest.at.vmid == vmid)
    }

    pub(super) fn is_online(&self, name: &str) -> bool {
        self.nodes.iter().any(|node| node.name == name && node.online)
    }

    /// A storage as `node` sees it.
    pub(super) fn storage(&self, name: &str, node: &str) -> Option<&Storage> {
        self.storages.iter().find(|storage| storage.name == name && storage.node == node)
    }
}

/// What the list says about a guest: without the node's statistics everything is unknown, and so it stays.
pub(super) fn status_of(status: &str, qmp: Option<&str>) -> Status {
    match (status, qmp) {
        ("running", None | Some("running")) => Status::Running,
        ("running", Some("paused" | "suspended" | "prelaunch" | "inmigrate")) => Status::Paused,
        ("stopped", None | Some("stopped")) => Status::Stopped,
        _ => Status::Unknown,
    }
}

fn guest(said: Fields, kind: Kind) -> Option<Entry> {
    let vmid = said.count("vmid")?.try_into().ok()?;
    let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    Some(Entry {
        at: At { node: said.text("node")?, vmid, kind },
        name: said.words("name"),
        tags: said.words("tags"),
        template: said.flag("template"),
        status: status_of(&said.words("status"), None),
        size: Size {
            cpus: small(said.count("maxcpu").unwrap_or(0)),
            memory_mib: small(said.count("maxmem").unwrap_or(0) / MIB),
            disk_gib: small(said.count("maxdisk").unwrap_or(0).div_ceil(GIB)),
        },
        said,
    })
}

fn node(said: &Fields) -> Node {
    Node {
        name: said.words("node"),
        online: said.words("status") == "online",
        cpus: said.count("maxcpu").and_then(|cpus| cpus.try_into().ok()).unwrap_or(0),
        cpu: said.number("cpu"),
        memory: said.count("maxmem").unwrap_or(0),
        memory_used: said.count("mem").unwrap_or(0),
    }
}

fn storage(said: &Fields) -> Storage {
    Storage {
        name: said.words("storage"),
        node: said.words("node"),
        available: said.words("status") == "available",
        shared: said.flag("shared"),
        content: said.words("content"),
        total: said.count("maxdisk").unwrap_or(0),
        used: said.count("disk").unwrap_or(0),
    }
}

impl Proxmox {
    /// The cluster's list, not older than `age` and not from before a change of ours. Whoever asks while it is on its way gets the same one.
    pub(super) async fn view(&self, age: Duration) -> Result<Arc<View>, Trouble> {
        let (asked, writes) = (Instant::now(), self.client().writes());
        let mut kept = self.shared.view.lock().await;
        if let Some(known) = kept.as_ref()
            && known.writes >= writes
            && asked.checked_duration_since(known.at).unwrap_or_default() <= age
        {
            return Ok(known.view.clone());
        }
        let (at, writes) = (Instant::now(), self.client().writes());
        let view = Arc::new(View::of(Fields::each(self.client().ask(&cluster::resources()).await?)));
        *kept = Some(Known { at, writes, view: view.clone() });
        Ok(view)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_unknown_and_not_stopped() {
        assert_eq!(status_of("running", None), Status::Running);
        assert_eq!(status_of("running", Some("paused")), Status::Paused);
        assert_eq!(status_of("stopped", Some("stopped")), Status::Stopped);
        for (status, qmp) in [("unknown", None), ("", None), ("running", Some("io-error")), ("running", Some("a-word-of-2030")), ("a-word", None)] {
            assert_eq!(status_of(status, qmp), Status::Unknown, "{status} {qmp:?}");
        }
    }
}
