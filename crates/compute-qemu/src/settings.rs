//! Where the driver keeps things and what it runs. Reading them from a file is left to the caller.

use std::{ops::RangeInclusive, path::PathBuf};

use compute_host::{network::Home, supervisor::SupervisorCommand};
use serde::{Deserialize, Serialize};

/// The driver's settings. Two processes with the same settings see the same guests.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder of guests and their disks.
    pub data_dir: PathBuf,
    /// Folder of templates; `<data_dir>/images` unless several installations share them.
    pub images_dir: PathBuf,
    /// Where private networks are; this driver's alone unless others of the host name the same.
    pub networks: Home,
    /// How to run a guest's supervisor: a program that calls [`crate::supervisor::supervise`].
    pub supervisor: SupervisorCommand,
    /// What shall run the guests' processors.
    pub accelerator: AcceleratorChoice,
    /// Ports on 127.0.0.1 that may lead to guests' SSH servers.
    pub ssh_ports: RangeInclusive<u16>,
    /// The emulator.
    pub emulator: PathBuf,
}

/// What shall run the guests' processors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcceleratorChoice {
    /// KVM where it is real, translation elsewhere.
    #[default]
    Automatic,
    /// KVM, whatever the host looks like.
    Kvm,
    /// Translation in software.
    Tcg,
}

impl Settings {
    /// The usual settings for guests under `data_dir`.
    pub fn new(data_dir: impl Into<PathBuf>, supervisor: SupervisorCommand) -> Self {
        let data_dir = data_dir.into();
        Self {
            images_dir: data_dir.join("images"),
            networks: Home::alone(&data_dir),
            data_dir,
            supervisor,
            accelerator: AcceleratorChoice::Automatic,
            ssh_ports: 42_000..=43_999,
            emulator: PathBuf::from("qemu-system-x86_64"),
        }
    }
}
