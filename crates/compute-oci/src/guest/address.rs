//! Numbers that containers of a host may not share: users' ids, addresses, ports.

use std::{collections::BTreeSet, fs, net::Ipv4Addr, path::Path};

use compute_driver::{DriverError, GuestSpec};
use compute_host::{folder, port, record};

use super::{
    place::guests,
    record::{FILE, Record},
};
use crate::settings::Settings;

/// Users in a container.
pub(crate) const IDS: u32 = 65_536;
/// Ids from here on are nobody's: below are people, `/etc/subuid`, and what systemd hands out (systemd's "Users, Groups, UIDs and GIDs").
const FIRST_ID: u32 = 0x7000_0000;
/// How many containers a host can have: the ids up to systemd's next range.
const PLACES: u32 = (0x7FFE_0000 - FIRST_ID) / IDS;

/// What is chosen for a new container.
pub(crate) struct Numbers {
    pub(crate) ssh_port: u16,
    pub(crate) first_id: u32,
    pub(crate) ipv4: Ipv4Addr,
}

/// Numbers that no container of this installation has. Each installation begins elsewhere, so that two of a host rarely meet.
///
/// The caller holds the lock of ports until the container's record is in place.
pub(crate) fn choose(settings: &Settings, spec: &GuestSpec) -> Result<Numbers, DriverError> {
    let others = others(&settings.data_dir);
    let begin = begin(&settings.data_dir, spec.reference.as_str());
    let taken: BTreeSet<_> = others.iter().map(|record| record.first_id).collect();
    let full = || DriverError::full(format!("this host has {PLACES} containers, for more there are no ids"));
    let first_id = places(begin).map(|place| FIRST_ID + place * IDS).find(|id| !taken.contains(id)).ok_or_else(full)?;
    Ok(Numbers { ssh_port: free_port(settings, &others, spec.ssh_port)?, first_id, ipv4: free_address(settings, &others, begin)? })
}

/// Another port for a container whose own was taken by a stranger.
pub(crate) fn another_port(settings: &Settings) -> Result<u16, DriverError> {
    free_port(settings, &others(&settings.data_dir), None)
}

/// Another address for a container whose own was taken by another installation.
pub(crate) fn another_address(settings: &Settings, record: &Record) -> Result<Ipv4Addr, DriverError> {
    free_address(settings, &others(&settings.data_dir), begin(&settings.data_dir, record.spec.reference.as_str()))
}

/// Whether the host has no way to `address` yet.
pub(crate) fn is_free(address: Ipv4Addr) -> bool {
    !routed().contains(&address)
}

/// The host's own address in the network of containers.
pub(crate) fn gateway(settings: &Settings) -> Ipv4Addr {
    let [first, second, ..] = settings.network.octets();
    Ipv4Addr::new(first, second, 0, 1)
}

fn free_port(settings: &Settings, others: &[Record], wish: Option<u16>) -> Result<u16, DriverError> {
    port::choose(settings.ssh_ports.clone(), &others.iter().map(|record| record.ssh_port).collect(), wish)
}

fn free_address(settings: &Settings, others: &[Record], begin: u32) -> Result<Ipv4Addr, DriverError> {
    let mut taken: BTreeSet<_> = others.iter().map(|record| record.ipv4).collect();
    taken.extend(routed());
    let address = places(begin).map(|place| address_at(settings.network, place)).find(|address| !taken.contains(address));
    address.ok_or_else(|| DriverError::full("all addresses of the network of containers are taken"))
}

/// Addresses that end in 0, 1 or 255 mean something to people, so they are left out.
fn address_at(network: Ipv4Addr, place: u32) -> Ipv4Addr {
    let [first, second, ..] = network.octets();
    let octet = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
    Ipv4Addr::new(first, second, octet(place / 250), octet(place % 250 + 3))
}

fn begin(data_dir: &Path, reference: &str) -> u32 {
    let digest = folder::digest(&format!("{}\n{reference}", data_dir.display()));
    digest.get(..7).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or_default() % PLACES
}

fn places(begin: u32) -> impl Iterator<Item = u32> {
    (begin..PLACES).chain(0..begin)
}

/// Single addresses that the host has a route to, as `/proc/net/route` lists them: destination and mask in the machine's byte order.
fn routed() -> BTreeSet<Ipv4Addr> {
    let table = fs::read_to_string("/proc/net/route").unwrap_or_default();
    table.lines().filter_map(route).collect()
}

fn route(line: &str) -> Option<Ipv4Addr> {
    let fields: Vec<_> = line.split_whitespace().collect();
    let number = |index: usize| u32::from_str_radix(fields.get(index)?, 16).ok();
    (number(7)? == u32::MAX).then_some(Ipv4Addr::from(number(1)?.to_ne_bytes()))
}

fn others(data_dir: &Path) -> Vec<Record> {
    let Ok(entries) = fs::read_dir(guests(data_dir)) else {
        return Vec::new();
    };
    entries.flatten().filter_map(|entry| record::read(&entry.path().join(FILE))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_ids_and_an_address_of_its_own() {
        let network = Ipv4Addr::new(10, 98, 0, 0);
        let addresses: BTreeSet<_> = places(4_000).map(|place| address_at(network, place)).collect();
        assert_eq!(addresses.len(), PLACES as usize);
        assert!(!addresses.contains(&Ipv4Addr::new(10, 98, 0, 1)));
        let last = FIRST_ID + (PLACES - 1) * IDS + (IDS - 1);
        assert!(last < 0x7FFF_0000, "ids from there on are systemd's: {last:x}");
    }

    #[test]
    fn only_routes_to_single_addresses_count() {
        assert_eq!(route("veth\t0300620A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0"), Some(Ipv4Addr::new(10, 98, 0, 3)));
        assert_eq!(route("eth0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0"), None);
        assert_eq!(route("Iface\tDestination"), None);
    }
}
