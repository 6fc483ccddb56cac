//! Ports on 127.0.0.1 that lead to guests' SSH servers.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, TcpListener},
    ops::RangeInclusive,
};

use compute_driver::DriverError;

/// A port for a guest: the one that is wished for, or the first of `range` that is not `taken` and nobody listens on.
///
/// The caller holds the lock of ports until the guest's record is in place.
///
/// # Errors
/// `Conflict` for a wish that is taken, `Unavailable` when all are.
pub fn choose(range: RangeInclusive<u16>, taken: &BTreeSet<u16>, wish: Option<u16>) -> Result<u16, DriverError> {
    match wish {
        Some(port) if taken.contains(&port) => Err(DriverError::conflict(format!("port {port} belongs to another guest"))),
        Some(port) if !is_free(port) => Err(DriverError::conflict(format!("port {port} is in use on this host"))),
        Some(port) => Ok(port),
        None => {
            let mut range = range;
            range.find(|port| !taken.contains(port) && is_free(*port)).ok_or_else(|| DriverError::unavailable("all ports for SSH are taken"))
        }
    }
}

/// Whether nobody listens on the port now.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
