//! Where the driver keeps things and what it runs. Reading them from a file is left to the caller.

use std::{net::Ipv4Addr, ops::RangeInclusive, path::PathBuf};

use compute_host::{network::Home, supervisor::SupervisorCommand};

/// The driver's settings. Two processes with the same settings see the same containers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder of containers and their disks; no other driver may use it.
    pub data_dir: PathBuf,
    /// Folder of templates; `<data_dir>/images` unless several installations share them.
    pub images_dir: PathBuf,
    /// Where private networks are; this driver's alone unless others of the host name the same.
    pub networks: Home,
    /// How to run a container's supervisor: a program that calls [`crate::supervisor::supervise`].
    pub supervisor: SupervisorCommand,
    /// Ports on 127.0.0.1 that may lead to containers' SSH servers.
    pub ssh_ports: RangeInclusive<u16>,
    /// The OCI runtime.
    pub runtime: PathBuf,
    /// The network of containers: a /16 by its first address. The host is `x.y.0.1` in it.
    pub network: Ipv4Addr,
}

impl Settings {
    /// The usual settings for containers under `data_dir`.
    pub fn new(data_dir: impl Into<PathBuf>, supervisor: SupervisorCommand) -> Self {
        let data_dir = data_dir.into();
        Self {
            images_dir: data_dir.join("images"),
            networks: Home::alone(&data_dir),
            data_dir,
            supervisor,
            ssh_ports: 44_000..=45_999,
            runtime: PathBuf::from("runc"),
            network: Ipv4Addr::new(10, 98, 0, 0),
        }
    }
}
