//! Ports on 127.0.0.1 that lead to guests' SSH servers.

use std::{
    collections::BTreeSet,
    fs,
    net::{Ipv4Addr, TcpListener},
    path::Path,
};

use compute_driver::DriverError;

use super::{
    place::guests,
    record::{self, Record},
};
use crate::settings::Settings;

/// A port for a new guest: the one that is wished for, or the first that no guest has and nobody listens on.
///
/// The caller holds the lock of ports until the guest's record is in place.
pub(crate) fn choose(settings: &Settings, wish: Option<u16>) -> Result<u16, DriverError> {
    let taken = taken(&settings.data_dir);
    match wish {
        Some(port) if taken.contains(&port) => Err(DriverError::conflict(format!("port {port} belongs to another guest"))),
        Some(port) if !is_free(port) => Err(DriverError::conflict(format!("port {port} is in use on this host"))),
        Some(port) => Ok(port),
        None => settings
            .ssh_ports
            .clone()
            .find(|port| !taken.contains(port) && is_free(*port))
            .ok_or_else(|| DriverError::unavailable("all ports for SSH are taken")),
    }
}

/// Whether nobody listens on the port now.
pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn taken(data_dir: &Path) -> BTreeSet<u16> {
    let Ok(entries) = fs::read_dir(guests(data_dir)) else {
        return BTreeSet::new();
    };
    entries.flatten().filter_map(|entry| record::read::<Record>(&entry.path().join(record::FILE))).map(|record| record.ssh_port).collect()
}
