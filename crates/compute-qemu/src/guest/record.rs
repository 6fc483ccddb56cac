//! What is remembered about a guest in its folder.

use std::collections::BTreeMap;

use compute_driver::{Accelerator, GuestSpec, Reference, Size};
use compute_host::network::{Lan, Seat};
pub(crate) use compute_host::record::{GUEST as FILE, read, trouble, write};
use serde::{Deserialize, Serialize};

use crate::process::ProcessId;

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
    /// Its place in a private network.
    #[serde(flatten)]
    pub(crate) seat: Seat,
}

impl Record {
    /// A guest made after `spec`, with `lan` around it.
    pub(crate) fn new(spec: &GuestSpec, template_version: &str, ssh_port: u16, lan: Option<Lan>) -> Self {
        let template_version = template_version.to_owned();
        Self { spec: spec.clone(), template_version, ssh_port, generation: 0, rescue: false, snapshot_sizes: BTreeMap::new(), seat: Seat::new(lan) }
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
