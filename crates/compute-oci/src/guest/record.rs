//! What is remembered about a container in its folder.

use std::net::Ipv4Addr;

use compute_driver::GuestSpec;
use compute_host::network::Seat;
use compute_host::process::ProcessId;
pub(crate) use compute_host::record::GUEST as FILE;
use serde::{Deserialize, Serialize};

/// A container as it was ordered, with what we chose for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The spec, as it was asked for last.
    pub(crate) spec: GuestSpec,
    /// Version of the template.
    pub(crate) template_version: String,
    /// The port on 127.0.0.1 that leads to its SSH server.
    pub(crate) ssh_port: u16,
    /// The host's number of the container's root user; its other users follow.
    pub(crate) first_id: u32,
    /// Its address where it is in no private network.
    pub(crate) ipv4: Ipv4Addr,
    /// Its place in a private network.
    #[serde(flatten)]
    pub(crate) seat: Seat,
}

/// Where a start has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// It is on its way.
    Starting,
    /// It runs.
    Running,
    /// It ended and comes back.
    Restarting,
}

/// Who runs a container.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Processes {
    pub(crate) supervisor: ProcessId,
    /// The container's first process.
    pub(crate) init: Option<ProcessId>,
    pub(crate) phase: Phase,
    /// The block device of its disk, `/dev/loop0` for example.
    pub(crate) device: Option<String>,
}

/// How a container ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ending {
    /// How, in words.
    pub(crate) status: String,
    /// Whether it had run at all.
    pub(crate) had_run: bool,
}

/// Bytes that passed a network card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bytes {
    pub(crate) received: u64,
    pub(crate) sent: u64,
}

impl Bytes {
    pub(crate) fn plus(self, other: Self) -> Self {
        Self { received: self.received + other.received, sent: self.sent + other.sent }
    }
}

/// Bytes that passed a container's network card since it was created: in earlier starts, and in this one when it was last looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Traffic {
    pub(crate) before: Bytes,
    pub(crate) now: Bytes,
}
