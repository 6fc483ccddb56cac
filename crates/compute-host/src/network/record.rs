//! What is remembered: a file for each network, and in the guests' own records what they say about their places in one.
//!
//! Who is in a network is written nowhere else. With a list of members beside the guests' records a crash between two writes would leave
//! two truths; so a change is one file that is replaced whole, and whatever is on the host is made from it again.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::{Path, PathBuf},
};

use compute_driver::{Card, DriverError, Filter, GuestSpec, NetworkSpec, Reference, SshAddress};
use serde::{Deserialize, Serialize};

use super::{home::Home, names};
use crate::{
    folder::guests,
    record::{self, GUEST, trouble},
};

/// The file that makes a folder a network.
const FILE: &str = "network.json";

/// A network as it was ordered, with what we chose for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Network {
    /// The spec, as it was asked for last.
    pub(super) spec: NetworkSpec,
    /// The namespace's address on the line to the host.
    pub(super) link: Ipv4Addr,
}

/// What a guest's record holds about its place in a network, beside the card in its spec.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// What it must know of the network that it is in.
    #[serde(default)]
    pub lan: Option<Lan>,
    /// What it may send and receive there, once somebody has said so.
    #[serde(default)]
    pub filter: Option<Filter>,
    /// Public addresses that lead to it there.
    #[serde(default)]
    pub addresses: Vec<IpAddr>,
}

/// The network around a guest's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lan {
    /// How many leading bits all its addresses share.
    pub prefix: u8,
    /// Where packets to the outside and questions for names go.
    pub gateway: Ipv4Addr,
}

impl Seat {
    /// The place of a new guest.
    pub fn new(lan: Option<Lan>) -> Self {
        Self { lan, ..Self::default() }
    }

    /// Takes the guest to another network, or out of all: no public address leads to it there.
    pub fn moves(&mut self, lan: Option<Lan>) {
        self.lan = lan;
        if lan.is_none() {
            self.addresses.clear();
        }
    }

    /// Where the guest's SSH server is reached: in a private network by a public address only, elsewhere by `port` of the host.
    pub fn ssh(&self, card: Option<&Card>, port: u16) -> Option<SshAddress> {
        match card {
            None => Some(SshAddress { host: "127.0.0.1".to_owned(), port }),
            Some(_) => self.addresses.first().map(|public| SshAddress { host: public.to_string(), port: 22 }),
        }
    }
}

/// The part of every driver's record of a guest that is about networks.
#[derive(Deserialize)]
pub(super) struct Guest {
    pub(super) spec: GuestSpec,
    #[serde(flatten)]
    pub(super) seat: Seat,
}

/// A guest in a network.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Its port of the bridge.
    pub(super) port: String,
    /// Its host name.
    pub(super) hostname: String,
    pub(super) mac: String,
    pub(super) ipv4: Ipv4Addr,
    /// Its public IPv6 address, while the network has the block that it is from.
    pub(super) ipv6: Option<Ipv6Addr>,
    pub(super) filter: Filter,
    /// Public addresses that lead to it.
    pub(super) public: Vec<Ipv4Addr>,
}

/// A network's folder.
pub(super) fn folder(home: &Home, network: &Reference) -> PathBuf {
    home.folder().join("networks").join(network.as_str())
}

/// The network, if it is there.
pub(super) fn find(home: &Home, network: &Reference) -> Option<Network> {
    record::read(&folder(home, network).join(FILE))
}

/// The same for a caller that needs it.
pub(super) fn known(home: &Home, network: &Reference) -> Result<Network, DriverError> {
    find(home, network).ok_or_else(|| DriverError::conflict(format!("there is no private network {network} on this host")))
}

/// Remembers the network.
pub(super) fn keep(home: &Home, network: &Network) -> Result<(), DriverError> {
    let folder = folder(home, &network.spec.reference);
    fs::create_dir_all(&folder).and_then(|()| record::write(&folder.join(FILE), network)).map_err(trouble("cannot write the network's record"))
}

/// Every network of this home, by reference.
///
/// # Errors
/// `Unavailable` with what the file system says.
pub fn all(home: &Home) -> Result<Vec<NetworkSpec>, DriverError> {
    let folders = entries(&home.folder().join("networks"))?;
    let mut found: Vec<_> = folders.iter().filter_map(|folder| record::read::<Network>(&folder.join(FILE))).map(|network| network.spec).collect();
    found.sort_by(|a, b| a.reference.cmp(&b.reference));
    Ok(found)
}

/// The guests in a network, by address.
pub(super) fn members(home: &Home, network: &Reference) -> Result<Vec<Member>, DriverError> {
    let mut members: Vec<Member> = guest_records(home)?.into_iter().filter_map(|guest| member(home, network, guest)).collect();
    let spec = find(home, network).map(|network| network.spec);
    for member in &mut members {
        member.ipv6 = member.ipv6.filter(|address| spec.as_ref().is_some_and(|spec| spec.holds_ipv6(*address)));
    }
    members.sort_by_key(|member| member.ipv4);
    Ok(members)
}

/// What the records of all guests that can be in these networks say.
pub(super) fn guest_records(home: &Home) -> Result<Vec<Guest>, DriverError> {
    let mut records = Vec::new();
    for data_dir in home.drivers() {
        let named = entries(&guests(data_dir))?;
        // Drafts and trash begin with a dot, which no reference does.
        let named = named.iter().filter(|folder| folder.file_name().and_then(|name| Reference::parse(name.to_str()?).ok()).is_some());
        records.extend(named.filter_map(|folder| record::read::<Guest>(&folder.join(GUEST))));
    }
    Ok(records)
}

fn member(home: &Home, network: &Reference, guest: Guest) -> Option<Member> {
    let Guest { spec, seat } = guest;
    let card = spec.card.filter(|card| card.network == *network)?;
    let public = seat.addresses.into_iter().filter_map(|address| if let IpAddr::V4(address) = address { Some(address) } else { None });
    Some(Member {
        port: names::port(home, &spec.reference),
        hostname: spec.hostname,
        mac: spec.mac,
        ipv4: card.ipv4,
        ipv6: card.ipv6,
        // Until somebody says otherwise a guest is held to its addresses, and nothing else is filtered.
        filter: seat.filter.unwrap_or(Filter { anti_spoofing: true, ..Filter::open() }),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A guest's record as versions before this module wrote it, with fields that are its driver's alone.
    const EARLIER: &str = r#"{
        "spec": { "reference": "vm_1", "hostname": "web-1", "ssh_keys": [], "cpus": 1, "memory_mib": 128, "disk_gib": 1, "template": "tiny",
                  "mac": "02:00:00:00:00:01", "ssh_port": null, "card": { "network": "net_1", "ipv4": "10.66.0.10" } },
        "template_version": "v", "ssh_port": 42000, "generation": 0, "lan": { "prefix": 24, "gateway": "10.66.0.1" },
        "filter": { "anti_spoofing": true, "rules": [{ "direction": "inbound", "protocol": { "kind": "tcp", "ports": { "start": 22, "end": 22 } },
                    "peer": { "address": "10.0.0.0", "prefix": 8 }, "verdict": "accept" }], "inbound": "drop", "outbound": "accept" },
        "addresses": ["203.0.113.7"]
    }"#;

    fn reference(text: &str) -> Reference {
        Reference::parse(text).unwrap()
    }

    fn written(data_dir: &Path, folder: &str, text: &str) {
        fs::create_dir_all(guests(data_dir).join(folder)).unwrap();
        fs::write(guests(data_dir).join(folder).join(GUEST), text).unwrap();
    }

    #[test]
    fn guests_of_an_earlier_version_are_members() {
        let data = tempfile::tempdir().unwrap();
        for (folder, text) in [("vm_1", EARLIER), (".new-vm_2", EARLIER), ("vm_3", "half a record")] {
            written(data.path(), folder, text);
        }
        let home = Home::alone(data.path());
        let members = members(&home, &reference("net_1")).unwrap();
        let [one] = members.as_slice() else { panic!("{members:?}") };
        assert_eq!((one.hostname.as_str(), one.ipv4, one.public.as_slice()), ("web-1", [10, 66, 0, 10].into(), &[[203, 0, 113, 7].into()][..]));
        assert_eq!((one.filter.rules.len(), one.filter.inbound), (1, compute_driver::Verdict::Drop));
        assert!(super::members(&home, &reference("net_2")).unwrap().is_empty());
    }

    #[test]
    fn guests_of_two_drivers_are_members_of_one_network() {
        let (machines, containers) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        written(machines.path(), "vm_1", EARLIER);
        written(containers.path(), "vm_2", &EARLIER.replace("vm_1", "vm_2").replace("10.66.0.10", "10.66.0.11"));
        let home = Home::new(machines.path(), [machines.path().to_owned(), containers.path().to_owned()]);
        let addresses = |home: &Home| members(home, &reference("net_1")).unwrap().iter().map(|one| one.ipv4.octets()[3]).collect::<Vec<_>>();
        assert_eq!((addresses(&home), addresses(&Home::alone(machines.path()))), (vec![10, 11], vec![10]));
        assert_eq!(home.site(), Home::alone(machines.path()).site(), "the place is the same");
    }
}
