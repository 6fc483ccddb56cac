//! What the program is told, in a file.

use std::{net::Ipv4Addr, path::PathBuf};

use compute_host::{network::Home, record};
use serde::{Deserialize, Serialize};

use crate::guest::{
    place::Place,
    record::{FILE, Record},
};

/// What there is to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Orders {
    /// Stay with a container.
    Run(Box<Run>),
    /// Put a system on an empty disk.
    Fill(Fill),
    /// Put what is on a disk into an archive.
    Pack(Pack),
}

/// A container to stay with.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Which start this is. A supervisor whose start was given up finds another one's here, or none.
    pub(crate) start: String,
    /// Empty in orders of earlier versions.
    #[serde(default)]
    pub(crate) networks: Home,
    pub(crate) dir: PathBuf,
    pub(crate) run: PathBuf,
    pub(crate) installation: String,
    pub(crate) runtime: PathBuf,
    pub(crate) record: Record,
    /// The network of containers, and the host in it.
    pub(crate) network: Ipv4Addr,
    pub(crate) gateway: Ipv4Addr,
}

impl Run {
    /// Whether this start is still wanted.
    pub(crate) fn is_wanted(&self) -> bool {
        matches!(record::read::<Orders>(&self.place().orders()), Some(Orders::Run(now)) if now.start == self.start)
    }

    /// What is remembered of the container now. What changed since its start is in force after a restart.
    pub(crate) fn record_now(&self) -> Record {
        record::read(&self.dir.join(FILE)).unwrap_or_else(|| self.record.clone())
    }

    pub(crate) fn place(&self) -> Place {
        Place { dir: self.dir.clone(), run: self.run.clone(), installation: self.installation.clone() }
    }
}

/// A disk to fill.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Fill {
    pub(crate) disk: PathBuf,
    pub(crate) source: Source,
    /// Who root is on the disk; the other users follow.
    pub(crate) first_id: u32,
}

/// What a disk is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    /// The folder of a template.
    Template(PathBuf),
    /// An archive.
    Archive(PathBuf),
}

/// A disk to pack.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Pack {
    pub(crate) disk: PathBuf,
    pub(crate) archive: PathBuf,
    pub(crate) first_id: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the version before private networks wrote.
    const EARLIER: &str = r#"{
        "what": "run", "start": "1-2", "dir": "/nonexistent/guests/vm_1", "run": "/nonexistent/run/1", "installation": "0123456789abcdef", "runtime": "runc",
        "record": { "spec": { "reference": "vm_1", "hostname": "web-1", "ssh_keys": [], "cpus": 1, "memory_mib": 128, "disk_gib": 1,
                    "template": "tiny-container", "mac": "02:00:00:00:00:01", "ssh_port": null },
                    "template_version": "v", "ssh_port": 44000, "first_id": 1879048192, "ipv4": "10.98.0.3" },
        "network": "10.98.0.0", "gateway": "10.98.0.1"
    }"#;

    #[test]
    fn a_container_that_an_earlier_version_started_gets_a_new_supervisor() {
        let Orders::Run(run) = serde_json::from_str(EARLIER).unwrap() else { panic!("it is a container to stay with") };
        let record = run.record_now();
        assert_eq!((record.ssh_port, record.spec.card, record.seat.lan), (44_000, None, None));
    }
}
