//! What is remembered about a guest in its folder.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
};

use compute_driver::{Accelerator, Filter, GuestSpec, Reference, Size};
pub(crate) use compute_host::record::{read, trouble, write};
use serde::{Deserialize, Serialize};

use crate::process::ProcessId;

/// The file that makes a folder a guest.
pub(crate) const FILE: &str = "guest.json";

/// A guest as it was ordered, with what we chose for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The spec, as it was asked for last.
    pub(crate) spec: GuestSpec,
    /// Version of the template.
    pub(crate) template_version: String,
    /// The port on 127.0.0.1 that leads to its SSH server.
    pub(crate) ssh_port: u16,
    /// How many times it was made anew; part of the seed's instance id.
    pub(crate) generation: u32,
    /// Whether it boots the rescue system.
    #[serde(default)]
    pub(crate) rescue: bool,
    /// How large it was when each of its snapshots was taken: memory fits no other size.
    #[serde(default)]
    pub(crate) snapshot_sizes: BTreeMap<Reference, Size>,
    /// What it must know of the private network that it is in.
    #[serde(default)]
    pub(crate) lan: Option<Lan>,
    /// What it may send and receive there, once somebody has said so.
    #[serde(default)]
    pub(crate) filter: Option<Filter>,
    /// Public addresses that lead to it there.
    #[serde(default)]
    pub(crate) addresses: Vec<IpAddr>,
}

/// The network around a guest's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lan {
    /// How many leading bits all its addresses share.
    pub(crate) prefix: u8,
    /// Where packets to the outside and questions for names go.
    pub(crate) gateway: Ipv4Addr,
}

impl Record {
    /// A guest made after `spec`.
    pub(crate) fn new(spec: &GuestSpec, template_version: &str, ssh_port: u16) -> Self {
        let template_version = template_version.to_owned();
        Self {
            spec: spec.clone(),
            template_version,
            ssh_port,
            generation: 0,
            rescue: false,
            snapshot_sizes: BTreeMap::new(),
            lan: None,
            filter: None,
            addresses: Vec::new(),
        }
    }
}

/// Who runs a guest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Processes {
    pub(crate) supervisor: ProcessId,
    pub(crate) emulator: ProcessId,
    pub(crate) accelerator: Accelerator,
}

/// How QEMU ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ending {
    /// Its exit status in words.
    pub(crate) status: String,
    /// Who says so; it ends right after.
    pub(crate) supervisor: Option<ProcessId>,
}

/// Bytes that passed a guest's network card since it was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Traffic {
    pub(crate) received_bytes: u64,
    pub(crate) sent_bytes: u64,
}
