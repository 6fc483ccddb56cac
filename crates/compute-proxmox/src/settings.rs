//! Where a cluster is, who we are there, and what of it is ours to use. Keeping them is left to the caller.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use compute_driver::DriverError;
use kernel::egress::Endpoint;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::block::Ipv6;

/// The driver's settings. Two processes with the same settings see the same guests.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The nodes' addresses; any of them answers for the whole cluster, the first that answers is used.
    pub endpoints: Vec<Endpoint>,
    /// Who we are.
    pub token: Token,
    /// What of the cluster is ours to use.
    pub mapping: Mapping,
}

/// An API token, `user@realm!name` and its secret.
#[derive(Clone)]
pub struct Token {
    id: String,
    secret: Zeroizing<String>,
}

impl Token {
    /// Takes the two halves as Proxmox VE showed them when the token was made.
    ///
    /// # Errors
    /// `Refused` when either does not look like its half.
    pub fn new(id: &str, secret: &str) -> Result<Self, DriverError> {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && b != b'=');
        let halves = id.split_once('!').filter(|(user, name)| user.contains('@') && !name.is_empty());
        if !plain(id) || halves.is_none() {
            return Err(DriverError::refused("the token's id must be written user@realm!name"));
        }
        if !plain(secret) {
            return Err(DriverError::refused("the token's secret is the value that was shown once when the token was made"));
        }
        Ok(Self { id: id.to_owned(), secret: Zeroizing::new(secret.to_owned()) })
    }

    /// `user@realm!name`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What stands in the header `Authorization`.
    pub(crate) fn header(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("PVEAPIToken={}={}", self.id, self.secret.as_str()))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({})", self.id)
    }
}

/// What of the cluster is ours to use, in the cluster's own names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Ids that our guests may have. Nobody else should make guests in this range; it should be much larger than the number
    /// of guests, so that an id comes back late: firewall files, backups and replication are keyed by it.
    pub ids: RangeInclusive<u32>,
    /// Nodes that may get guests; all that are online when there is none.
    #[serde(default)]
    pub nodes: Vec<String>,
    /// Storage of disks and cloud-init drives.
    pub storage: String,
    /// Storage of backups; without one there are none.
    #[serde(default)]
    pub backup_storage: Option<String>,
    /// Storage that takes in images (content `import`, Proxmox VE 8.2 and later); without one the cluster makes guests of its own templates only.
    #[serde(default)]
    pub images: Option<String>,
    /// How guests are connected.
    pub network: Network,
    /// Where private networks of customers may be; without it there are none.
    #[serde(default)]
    pub private: Option<Private>,
    /// Resource pool of our guests, which must exist; useful to grant the token no more than it needs.
    #[serde(default)]
    pub pool: Option<String>,
    /// Templates by the name under which they are offered.
    pub templates: BTreeMap<String, Origin>,
    /// Whether guests are called by their references there instead of by their host names, which may name people.
    #[serde(default)]
    pub pseudonyms: bool,
    /// Calls a second, over all guests.
    #[serde(default = "calls_per_second")]
    pub calls_per_second: u32,
}

fn calls_per_second() -> u32 {
    20
}

/// How guests are connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Bridge or SDN virtual network, `vmbr0` for example.
    pub bridge: String,
    /// VLAN tag.
    #[serde(default)]
    pub vlan: Option<u16>,
    /// Addresses for guests; without a range they ask a DHCP server.
    #[serde(default)]
    pub addresses: Option<Addresses>,
    /// IPv6 beside that; without it guests have what the network's routers tell them, or none.
    #[serde(default)]
    pub ipv6: Option<Ipv6>,
}

/// A zone of the cluster's software-defined network, in which each private network gets a VNet of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Private {
    /// Its name. It must be of a kind that keeps VNets apart and lets guests of a network reach each other from node to node: VLAN, QinQ or
    /// VXLAN; one of the kind `simple` does on a single node.
    pub zone: String,
    /// Tags for VNets; those of a VLAN zone end at 4094, those of a VXLAN zone at 16777215, and a simple zone has none.
    #[serde(default)]
    pub tags: Option<RangeInclusive<u32>>,
}

/// The largest tag of a VXLAN.
const LARGEST_TAG: u32 = 16_777_215;

impl Private {
    fn check(&self) -> Result<(), DriverError> {
        let is_name = (2..=8).contains(&self.zone.len()) && self.zone.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_name {
            return Err(DriverError::refused(format!("{:?} is no name of a zone: it has 2 to 8 letters and digits", self.zone)));
        }
        match &self.tags {
            Some(tags) if tags.is_empty() || *tags.start() == 0 || *tags.end() > LARGEST_TAG => {
                Err(DriverError::refused(format!("tags must be a range within 1 to {LARGEST_TAG}")))
            }
            _ => Ok(()),
        }
    }
}

/// A range of addresses that is ours: the guest with the first id gets the first one, and so on, so that nothing has to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addresses {
    /// Address of the guest with the first id.
    pub first: Ipv4Addr,
    /// Length of the network's prefix.
    pub prefix: u8,
    /// Its gateway.
    pub gateway: Ipv4Addr,
    /// Name servers.
    #[serde(default)]
    pub nameservers: Vec<String>,
}

/// What a template is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Origin {
    /// A virtual machine that was made a template.
    Clone {
        /// Its id.
        vmid: u32,
        /// A copy of its own instead of a linked one: slower, and the template can be removed while guests of it live.
        #[serde(default)]
        full: bool,
    },
    /// A disk image, `local:import/debian-13.qcow2`.
    Import {
        /// Its volume.
        volume: String,
    },
    /// A container's root file system, `local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst`.
    Container {
        /// Its volume.
        volume: String,
    },
}

/// The ids that Proxmox VE allows.
const VMIDS: RangeInclusive<u32> = 100..=999_999_999;

impl Mapping {
    /// Stands where nobody has said yet what is ours: good for looking around, and for nothing else.
    pub(crate) fn unsaid() -> Self {
        Self {
            ids: 100..=100,
            nodes: Vec::new(),
            storage: "local".to_owned(),
            backup_storage: None,
            images: None,
            network: Network { bridge: "vmbr0".to_owned(), vlan: None, addresses: None, ipv6: None },
            private: None,
            pool: None,
            templates: BTreeMap::new(),
            pseudonyms: false,
            calls_per_second: calls_per_second(),
        }
    }

    /// Whether guests that were made under this mapping stay what they are under `after`.
    ///
    /// # Errors
    /// `Conflict`, naming what may not change.
    pub fn check_change(&self, after: &Self) -> Result<(), DriverError> {
        // A guest's address follows from its id and the beginning of both ranges; nothing else remembers it.
        if self.network.addresses.is_some() && (self.ids.start() != after.ids.start() || self.network.addresses != after.network.addresses) {
            return Err(DriverError::conflict("the first id and the range of addresses give each guest its address, so they stay while there are guests"));
        }
        if self.network.ipv6.is_some() && self.network.ipv6 != after.network.ipv6 {
            return Err(DriverError::conflict("the block of IPv6 addresses gives each guest its address, so it stays while there are guests"));
        }
        let zone = |mapping: &Self| mapping.private.as_ref().map(|private| private.zone.clone());
        if self.private.is_some() && zone(self) != zone(after) {
            return Err(DriverError::conflict("private networks are in the zone, so it stays while there are guests"));
        }
        let gone = |name: &&String| !after.templates.contains_key(*name);
        match self.templates.keys().find(gone) {
            Some(name) => Err(DriverError::conflict(format!("guests are rebuilt from the template {name}; keep it while there are any"))),
            None => Ok(()),
        }
    }

    /// Whether any cluster could be used like this.
    ///
    /// # Errors
    /// `Refused`, naming the first thing to change.
    pub fn check(&self) -> Result<(), DriverError> {
        if self.ids.is_empty() || !VMIDS.contains(self.ids.start()) || !VMIDS.contains(self.ids.end()) {
            return Err(DriverError::refused("ids must be a range within 100 to 999999999"));
        }
        if self.calls_per_second == 0 {
            return Err(DriverError::refused("calls_per_second must be at least 1"));
        }
        if self.network.vlan.is_some_and(|tag| tag == 0 || tag > 4094) {
            return Err(DriverError::refused("vlan must be within 1 to 4094"));
        }
        if let Some(addresses) = &self.network.addresses {
            addresses.check(&self.ids)?;
        }
        if let Some(ipv6) = &self.network.ipv6 {
            ipv6.check(&self.ids)?;
        }
        if let Some(private) = &self.private {
            private.check()?;
        }
        let names = [Some(&self.storage), self.backup_storage.as_ref(), self.images.as_ref(), Some(&self.network.bridge), self.pool.as_ref()];
        let names = names.into_iter().flatten().chain(&self.nodes);
        match names.into_iter().find(|name| name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b))) {
            Some(name) => Err(DriverError::refused(format!("{name:?} is no name of a node, storage, bridge or pool"))),
            None => self.check_templates(),
        }
    }

    fn check_templates(&self) -> Result<(), DriverError> {
        for (name, origin) in &self.templates {
            match origin {
                Origin::Clone { vmid, .. } if self.ids.contains(vmid) => {
                    return Err(DriverError::refused(format!("the template {name} has an id that our guests may get")));
                }
                Origin::Import { volume } | Origin::Container { volume } if !volume.contains(':') || volume.contains(',') => {
                    return Err(DriverError::refused(format!("the template {name} needs a volume such as local:import/debian.qcow2")));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Addresses {
    fn check(&self, ids: &RangeInclusive<u32>) -> Result<(), DriverError> {
        if !(1..=30).contains(&self.prefix) {
            return Err(DriverError::refused("the prefix of addresses must be within 1 to 30"));
        }
        let mask = u32::MAX << (32 - self.prefix);
        let network = u32::from(self.gateway) & mask;
        let first = u64::from(u32::from(self.first));
        let last = first + u64::from(ids.end() - ids.start());
        let broadcast = u64::from(network | !mask);
        if first <= u64::from(network) || last >= broadcast {
            return Err(DriverError::refused("the network must have an address for each id of the range"));
        }
        if (first..=last).contains(&u64::from(u32::from(self.gateway))) {
            return Err(DriverError::refused("the gateway is among the addresses for guests"));
        }
        Ok(())
    }

    /// The address of the guest with the id `vmid`.
    pub(crate) fn of(&self, ids: &RangeInclusive<u32>, vmid: u32) -> Option<Ipv4Addr> {
        let offset = vmid.checked_sub(*ids.start())?;
        u32::from(self.first).checked_add(offset).map(Ipv4Addr::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping {
        serde_json::from_value(serde_json::json!({
            "ids": { "start": 5000, "end": 5099 }, "storage": "local-lvm",
            "network": { "bridge": "vmbr0", "addresses": { "first": "10.0.1.1", "prefix": 16, "gateway": "10.0.0.1" } },
            "templates": { "debian": { "kind": "clone", "vmid": 9000 } },
        }))
        .unwrap()
    }

    fn ipv6(gateway: &str) -> Option<Ipv6> {
        Some(serde_json::from_value(serde_json::json!({ "block": "2001:db8::/64", "gateway": gateway })).unwrap())
    }

    #[test]
    fn a_mapping_that_can_never_work_is_refused_by_name() {
        assert_eq!(mapping().check(), Ok(()));
        let bad = |change: fn(&mut Mapping), word: &str| {
            let mut mapping = mapping();
            change(&mut mapping);
            let Err(DriverError::Refused { reason }) = mapping.check() else { panic!("{word}: accepted") };
            assert!(reason.contains(word), "{reason}");
        };
        bad(|m| m.ids = 1..=50, "ids");
        bad(|m| m.calls_per_second = 0, "calls");
        bad(|m| m.network.vlan = Some(4095), "vlan");
        bad(|m| m.storage = "a,size=1".into(), "storage");
        bad(|m| m.ids = 5000..=80_000, "address");
        bad(|m| m.network.addresses.as_mut().unwrap().gateway = Ipv4Addr::new(10, 0, 1, 9), "gateway");
        bad(|m| m.network.ipv6 = ipv6("2001:db8:9::1"), "IPv6 gateway");
        bad(|m| m.private = Some(Private { zone: "customers-of-mine".into(), tags: None }), "zone");
        bad(|m| m.private = Some(Private { zone: "tenants".into(), tags: Some(0..=9) }), "tags");
        bad(|m| m.ids = 8990..=9010, "template");
        bad(|m| drop(m.templates.insert("x".into(), Origin::Import { volume: "x".into() })), "volume");
    }

    #[test]
    fn what_gives_guests_their_addresses_stays() {
        let after = |change: fn(&mut Mapping)| {
            let mut after = mapping();
            change(&mut after);
            mapping().check_change(&after)
        };
        assert_eq!(after(|mapping| mapping.storage = "ceph".into()), Ok(()));
        assert_eq!(after(|mapping| mapping.ids = 5000..=5999), Ok(()));
        assert!(after(|mapping| mapping.ids = 6000..=6099).is_err());
        assert!(after(|mapping| mapping.network.addresses = None).is_err());
        assert_eq!(after(|mapping| mapping.network.ipv6 = ipv6("fe80::1")), Ok(()), "guests get it when they are made or rebuilt");
        let tenants = || Some(Private { zone: "tenants".into(), tags: Some(100..=199) });
        let mut before = mapping();
        before.private = tenants();
        assert_eq!(mapping().check_change(&before), Ok(()));
        assert!(before.check_change(&mapping()).is_err(), "networks may be in it");
        let mut more = before.clone();
        more.private.as_mut().unwrap().tags = Some(100..=999);
        assert_eq!(before.check_change(&more), Ok(()));
        let mut before = mapping();
        before.network.ipv6 = ipv6("fe80::1");
        assert!(before.check_change(&mapping()).is_err() && before.check_change(&before).is_ok());
        assert!(after(|mapping| mapping.templates.clear()).unwrap_err().to_string().contains("debian"));
    }

    #[test]
    fn an_id_has_one_address() {
        let addresses = mapping().network.addresses.unwrap();
        assert_eq!(addresses.of(&(5000..=5099), 5000), Some(Ipv4Addr::new(10, 0, 1, 1)));
        assert_eq!(addresses.of(&(5000..=5099), 5099), Some(Ipv4Addr::new(10, 0, 1, 100)));
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = Token::new("fairhold@pve!one", "0b61c1f0-secret").unwrap();
        assert_eq!(format!("{token:?}"), "Token(fairhold@pve!one)");
        assert_eq!(token.header().as_str(), "PVEAPIToken=fairhold@pve!one=0b61c1f0-secret");
        for (id, secret) in [("root", "x"), ("root@pam", "x"), ("root@pam!a", ""), ("root@pam!a b", "x"), ("root@pam!a", "x\ny")] {
            assert!(Token::new(id, secret).is_err(), "{id}");
        }
    }
}
