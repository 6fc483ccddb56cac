//! What is remembered: a file for each network, and what the guests' own records say about their places in it.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
};

use compute_driver::{DriverError, Filter, NetworkSpec, Reference};
use serde::{Deserialize, Serialize};

use super::names;
use crate::guest::{
    place::guests,
    record::{self, Record as GuestRecord, trouble},
};

/// The file that makes a folder a network.
const FILE: &str = "network.json";

/// A network as it was ordered, with what we chose for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Network {
    /// The spec, as it was asked for last.
    pub(crate) spec: NetworkSpec,
    /// The namespace's address on the line to the host.
    pub(crate) link: Ipv4Addr,
}

/// A guest in a network.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// Its card in the namespace.
    pub(crate) tap: String,
    /// Its host name.
    pub(crate) hostname: String,
    pub(crate) mac: String,
    pub(crate) ipv4: Ipv4Addr,
    pub(crate) filter: Filter,
    /// Public addresses that lead to it.
    pub(crate) public: Vec<Ipv4Addr>,
}

/// A network's folder.
pub(crate) fn folder(data_dir: &Path, network: &Reference) -> PathBuf {
    data_dir.join("networks").join(network.as_str())
}

/// The network, if it is there.
pub(crate) fn find(data_dir: &Path, network: &Reference) -> Option<Network> {
    record::read(&folder(data_dir, network).join(FILE))
}

/// The same for a caller that needs it.
pub(crate) fn known(data_dir: &Path, network: &Reference) -> Result<Network, DriverError> {
    find(data_dir, network).ok_or_else(|| DriverError::conflict(format!("there is no private network {network} on this host")))
}

/// Remembers the network.
pub(crate) fn keep(data_dir: &Path, network: &Network) -> Result<(), DriverError> {
    let folder = folder(data_dir, &network.spec.reference);
    fs::create_dir_all(&folder).and_then(|()| record::write(&folder.join(FILE), network)).map_err(trouble("cannot write the network's record"))
}

/// Every network of this data folder, by reference.
pub(crate) fn all(data_dir: &Path) -> Result<Vec<Network>, DriverError> {
    let mut found: Vec<Network> = entries(&data_dir.join("networks"))?.iter().filter_map(|folder| record::read(&folder.join(FILE))).collect();
    found.sort_by(|a, b| a.spec.reference.cmp(&b.spec.reference));
    Ok(found)
}

/// The guests in a network, by address.
pub(crate) fn members(data_dir: &Path, network: &Reference) -> Result<Vec<Member>, DriverError> {
    let mut members: Vec<Member> = guest_records(data_dir)?.into_iter().filter_map(|guest| member(data_dir, network, guest)).collect();
    members.sort_by_key(|member| member.ipv4);
    Ok(members)
}

/// The records of all guests of this data folder.
pub(crate) fn guest_records(data_dir: &Path) -> Result<Vec<GuestRecord>, DriverError> {
    let named = entries(&guests(data_dir))?;
    // Drafts and trash begin with a dot, which no reference does.
    let named = named.iter().filter(|folder| folder.file_name().and_then(|name| Reference::parse(name.to_str()?).ok()).is_some());
    Ok(named.filter_map(|folder| record::read(&folder.join(record::FILE))).collect())
}

fn member(data_dir: &Path, network: &Reference, guest: GuestRecord) -> Option<Member> {
    let card = guest.spec.card.filter(|card| card.network == *network)?;
    let public = guest.addresses.into_iter().filter_map(|address| if let IpAddr::V4(address) = address { Some(address) } else { None });
    Some(Member {
        tap: names::tap(data_dir, &guest.spec.reference),
        hostname: guest.spec.hostname,
        mac: guest.spec.mac,
        ipv4: card.ipv4,
        // Until somebody says otherwise a guest is held to its addresses, and nothing else is filtered.
        filter: guest.filter.unwrap_or(Filter { anti_spoofing: true, ..Filter::open() }),
        public: public.collect(),
    })
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, DriverError> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().map(|entry| entry.path()).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(trouble("cannot read what is kept of networks")(error)),
    }
}
