//! What a cluster is found to be when it is enrolled: its parts by name, and every privilege that the token lacks.

use std::collections::BTreeMap;
use std::time::Duration;

use compute_driver::{DriverError, GuestNetwork};
use kernel::Cx;
use kernel::egress::Endpoint;
use serde::Serialize;

use super::view::View;
use super::{Proxmox, zone};
use crate::call::cluster;
use crate::client::{Fields, Trouble};
use crate::settings::{Mapping, Origin, Settings, Token};

/// A privilege that the token lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// `VM.Clone` for example.
    pub privilege: String,
    /// Where it is needed.
    pub path: String,
    /// What does not work without it.
    pub purpose: &'static str,
    /// Everything else works without it.
    pub optional: bool,
}

/// A thing of the cluster that a mapping may name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Its name, or a template's id.
    pub name: String,
    /// What it is, for the person who chooses.
    pub about: String,
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The version of Proxmox VE.
    pub version: String,
    /// Nodes; for each the fingerprint that the cluster says it has.
    pub nodes: Vec<Found>,
    /// Storages with what they may keep.
    pub storages: Vec<Found>,
    /// Bridges and virtual networks.
    pub networks: Vec<Found>,
    /// Zones of the software-defined network, with their kinds.
    pub zones: Vec<Found>,
    /// Guests that were made templates, by id.
    pub templates: Vec<Found>,
    /// Images and archives that guests can be made of, by volume.
    pub images: Vec<Found>,
    /// Resource pools.
    pub pools: Vec<Found>,
    /// Privileges that the token lacks. Empty when everything works.
    pub missing: Vec<Missing>,
    /// What of the mapping is not in the cluster, and what else will not work.
    pub problems: Vec<String>,
}

/// Privileges by where they are needed: for every guest, on the storages of the mapping, on the network, on the whole.
const ON_GUESTS: &[(&str, &str)] = &[
    ("VM.Allocate", "making and removing guests"),
    ("VM.Clone", "making guests of templates"),
    ("VM.Audit", "seeing guests and their status"),
    ("VM.PowerMgmt", "starting and stopping"),
    ("VM.Console", "consoles"),
    ("VM.Snapshot", "snapshots"),
    ("VM.Snapshot.Rollback", "going back to a snapshot"),
    ("VM.Backup", "backups"),
    ("VM.Config.CDROM", "the cloud-init drive"),
    ("VM.Config.CPU", "processors"),
    ("VM.Config.Cloudinit", "host names, keys and passwords"),
    ("VM.Config.Disk", "disks"),
    ("VM.Config.HWType", "the serial line and the screen"),
    ("VM.Config.Memory", "memory"),
    ("VM.Config.Network", "cards and the firewall"),
    ("VM.Config.Options", "tags and descriptions"),
];
/// What is good to have, and missed by nothing else.
const ALSO_ON_GUESTS: &[(&str, &str)] =
    &[("VM.Migrate", "moving guests to other nodes, before maintenance for example, and extra disks to the nodes of their machines")];
const ON_STORAGES: &[(&str, &str)] = &[("Datastore.AllocateSpace", "disks and backups"), ("Datastore.Audit", "seeing what is free")];
const ON_IMAGES: &[(&str, &str)] = &[("Datastore.AllocateTemplate", "fetching images")];
const ON_NETWORKS: &[(&str, &str)] = &[("SDN.Use", "connecting guests")];
const ON_ZONE: &[(&str, &str)] = &[("SDN.Allocate", "making private networks"), ("SDN.Use", "connecting guests to them")];
const ON_SDN: &[(&str, &str)] = &[("SDN.Allocate", "putting private networks in force"), ("SDN.Audit", "seeing private networks")];
const ON_ALL: &[(&str, &str)] = &[("Sys.Audit", "seeing nodes and their figures")];
const ON_POOL: &[(&str, &str)] = &[("Pool.Allocate", "putting guests into the pool"), ("Pool.Audit", "seeing the pool")];

/// The version's first number; 8 where it does not say.
fn major(version: &str) -> u32 {
    version.split('.').next().and_then(|number| number.parse().ok()).unwrap_or(8)
}

/// What guests' own work asks the token for at `path`, in the words of this version.
fn on_guests(path: &str, major: u32) -> Vec<Missing> {
    // Version 9 split one privilege; asking an older version for the new name would be an error there, and the other way round.
    let agent = if major >= 9 { "VM.GuestAgent.Unrestricted" } else { "VM.Monitor" };
    let also = at(path, ALSO_ON_GUESTS).into_iter().map(|need| Missing { optional: true, ..need });
    at(path, ON_GUESTS).into_iter().chain(at(path, &[(agent, "passwords and keys of running guests")])).chain(also).collect()
}

fn at(path: &str, privileges: &[(&str, &'static str)]) -> Vec<Missing> {
    privileges.iter().map(|(privilege, purpose)| Missing { privilege: (*privilege).to_owned(), path: path.to_owned(), purpose, optional: false }).collect()
}

/// Everything that any mapping asks the token for, somewhere.
fn needed_somewhere(major: u32) -> Vec<Missing> {
    let parts = [on_guests("/vms", major), at("/storage", ON_STORAGES), at("/sdn/zones", ON_NETWORKS), at("/", ON_ALL)];
    parts.into_iter().flatten().collect()
}

/// Everything that this mapping asks the token for, in the words of this version.
fn needed(mapping: &Mapping, major: u32) -> Vec<Missing> {
    let guests = mapping.pool.as_ref().map_or_else(|| "/vms".to_owned(), |pool| format!("/pool/{pool}"));
    let mut all = on_guests(&guests, major);
    let mut need = |path: &str, privileges: &[(&str, &'static str)]| all.extend(at(path, privileges));
    need(&format!("/storage/{}", mapping.storage), ON_STORAGES);
    if let Some(backups) = &mapping.backup_storage {
        need(&format!("/storage/{backups}"), ON_STORAGES);
    }
    if let Some(images) = &mapping.images {
        need(&format!("/storage/{images}"), ON_IMAGES);
    }
    for origin in mapping.templates.values() {
        match origin {
            Origin::Clone { vmid, .. } if mapping.pool.is_some() => {
                need(&format!("/vms/{vmid}"), &[("VM.Clone", "making guests of templates"), ("VM.Audit", "seeing templates")])
            }
            Origin::Import { volume } | Origin::Container { volume } => {
                let storage = volume.split(':').next().unwrap_or_default();
                need(&format!("/storage/{storage}"), ON_IMAGES);
            }
            Origin::Clone { .. } => {}
        }
    }
    if let Some(pool) = &mapping.pool {
        need(&format!("/pool/{pool}"), ON_POOL);
    }
    need(&format!("/sdn/zones/localnetwork/{}", mapping.network.bridge), ON_NETWORKS);
    if let Some(private) = &mapping.private {
        need(&format!("/sdn/zones/{}", private.zone), ON_ZONE);
        need("/sdn", ON_SDN);
    }
    need("/", ON_ALL);
    all.sort_by(|one, other| (&one.path, &one.privilege).cmp(&(&other.path, &other.privilege)));
    all.dedup_by(|one, other| one.path == other.path && one.privilege == other.privilege);
    all
}

/// What the token may do: privileges by path, each with whether it goes down to paths below.
struct Granted(BTreeMap<String, Fields>);

impl Granted {
    fn of(said: Fields) -> Self {
        let paths: Vec<_> = said.names().map(str::to_owned).collect();
        Self(paths.into_iter().map(|path| (path.clone(), said.inside(&path))).collect())
    }

    /// Whether it is granted at any path at all.
    fn has_somewhere(&self, privilege: &str) -> bool {
        self.0.values().any(|granted| granted.has(privilege))
    }

    /// The deepest path that is mentioned decides, as it does at the cluster.
    fn has(&self, privilege: &str, path: &str) -> bool {
        let mut at = path.to_owned();
        loop {
            if let Some(granted) = self.0.get(&at) {
                return if at == path { granted.has(privilege) } else { granted.flag(privilege) };
            }
            match at.rfind('/') {
                Some(0) if at != "/" => at = "/".to_owned(),
                Some(cut) if cut > 0 => at.truncate(cut),
                _ => return false,
            }
        }
    }
}

impl Proxmox {
    /// Looks at the whole cluster and at what the token may do. For the operator who enrols it, and for the doctor later.
    ///
    /// # Errors
    /// `Unavailable` when no address answers or the token is not accepted.
    pub async fn report(&self) -> Result<Report, DriverError> {
        self.look_around(Some(self.mapping())).await
    }

    /// The same before the cluster is enrolled. Without a mapping it tells what there is to choose from, and which privileges
    /// the token has nowhere.
    ///
    /// # Errors
    /// `Refused` for a mapping or a token that can never work; as [`Self::report`].
    pub async fn survey(cx: &Cx, endpoints: Vec<Endpoint>, token: Token, mapping: Option<Mapping>) -> Result<Report, DriverError> {
        let refused = |error: kernel::Error| DriverError::refused(error.to_string());
        let settings = Settings { endpoints, token, mapping: mapping.clone().unwrap_or_else(Mapping::unsaid) };
        let driver = Self::open(cx, settings).await.map_err(refused)?;
        driver.look_around(mapping.as_ref()).await
    }

    async fn look_around(&self, mapping: Option<&Mapping>) -> Result<Report, DriverError> {
        let version = Fields::of(self.client().ask(&cluster::version()).await?).words("version");
        let granted = Granted::of(Fields::of(self.client().ask(&cluster::permissions()).await?));
        let missing: Vec<_> = match mapping {
            Some(mapping) => needed(mapping, major(&version)).into_iter().filter(|need| !granted.has(&need.privilege, &need.path)).collect(),
            None => needed_somewhere(major(&version)).into_iter().filter(|need| !granted.has_somewhere(&need.privilege)).collect(),
        };
        let view = self.view(Duration::ZERO).await?;
        let networks = self.networks(&view).await;
        let pools = Fields::each(self.client().ask(&cluster::pools()).await.unwrap_or_default());
        let pools: Vec<_> = pools.iter().map(|pool| Found { name: pool.words("poolid"), about: pool.words("comment") }).collect();
        let zones = zone::all(self).await;
        let mut problems = mapping.map(|mapping| problems(mapping, &view, &networks, &pools)).unwrap_or_default();
        problems.extend(mapping.into_iter().flat_map(|mapping| zone::problems(mapping, &zones, &view)));
        let firewall = self.client().ask(&cluster::firewall()).await.map(Fields::of);
        if firewall.is_ok_and(|options| !options.flag("enable")) {
            problems.push("the firewall of the cluster is off, so the filters of guests do nothing".to_owned());
        }
        let report = Report {
            version,
            nodes: self.nodes(&view).await?,
            storages: storages(&view),
            templates: view
                .guests
                .iter()
                .filter(|guest| guest.template)
                .map(|guest| Found { name: guest.at.vmid.to_string(), about: guest.name.clone() })
                .collect(),
            images: self.images(&view).await,
            problems,
            networks: networks.into_iter().map(|network| Found { name: network.name, about: network.host.unwrap_or_default() }).collect(),
            zones: zones.into_iter().map(|zone| Found { name: zone.name, about: zone.kind }).collect(),
            pools,
            missing,
        };
        Ok(report)
    }

    async fn nodes(&self, view: &View) -> Result<Vec<Found>, Trouble> {
        let said = Fields::each(self.client().ask(&cluster::nodes()).await?);
        let about = |node: &Fields| {
            let state = if view.is_online(&node.words("node")) { "online" } else { "away" };
            format!("{state} {}", node.words("ssl_fingerprint")).trim_end().to_owned()
        };
        Ok(said.iter().map(|node| Found { name: node.words("node"), about: about(node) }).collect())
    }

    /// What lies on the storages that keep images or archives. What the token may not see is not there.
    async fn images(&self, view: &View) -> Vec<Found> {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for storage in view.storages.iter().filter(|storage| view.is_online(&storage.node)) {
            for kind in ["import", "vztmpl"].into_iter().filter(|kind| storage.content.split(',').any(|one| one == *kind)) {
                let said = self.client().ask(&cluster::content(&storage.node, &storage.name, kind)).await.unwrap_or_default();
                let about = if kind == "import" { "disk image" } else { "root of containers" };
                found.extend(Fields::each(said).iter().filter_map(|one| Some((one.text("volid")?, about.to_owned()))));
            }
        }
        found.into_iter().map(|(name, about)| Found { name, about }).collect()
    }

    /// Bridges of each node, and virtual networks. What the token may not see is not there.
    pub(super) async fn networks(&self, view: &View) -> Vec<GuestNetwork> {
        let mut found = Vec::new();
        for node in view.nodes.iter().filter(|node| node.online) {
            let said = Fields::each(self.client().ask(&cluster::networks(&node.name)).await.unwrap_or_default());
            found.extend(said.iter().filter_map(|one| Some(GuestNetwork { name: one.text("iface")?, host: Some(node.name.clone()) })));
        }
        let virtual_ones = Fields::each(self.client().ask(&cluster::virtual_networks()).await.unwrap_or_default());
        found.extend(virtual_ones.iter().filter_map(|one| Some(GuestNetwork { name: one.text("vnet")?, host: None })));
        found
    }
}

fn storages(view: &View) -> Vec<Found> {
    let mut seen = BTreeMap::new();
    for storage in &view.storages {
        seen.entry(&storage.name).or_insert_with(|| format!("{}{}", storage.content, if storage.shared { ", shared" } else { "" }));
    }
    seen.into_iter().map(|(name, about)| Found { name: name.clone(), about }).collect()
}

fn problems(mapping: &Mapping, view: &View, networks: &[GuestNetwork], pools: &[Found]) -> Vec<String> {
    let mut problems = Vec::new();
    let keeps = |name: &str, kind: &str| view.storages.iter().any(|storage| storage.name == name && storage.content.split(',').any(|one| one == kind));
    if !keeps(&mapping.storage, "images") {
        problems.push(format!("the storage {} is not there or keeps no disk images", mapping.storage));
    }
    if let Some(backups) = mapping.backup_storage.as_ref().filter(|name| !keeps(name, "backup")) {
        problems.push(format!("the storage {backups} is not there or keeps no backups"));
    }
    if let Some(images) = mapping.images.as_ref().filter(|name| !keeps(name, "import")) {
        problems.push(format!("the storage {images} is not there or takes in no images: it needs the content `import`"));
    }
    problems.extend(mapping.nodes.iter().filter(|name| !view.nodes.iter().any(|node| node.name == **name)).map(|name| format!("there is no node {name}")));
    if !networks.is_empty() && !networks.iter().any(|network| network.name == mapping.network.bridge) {
        problems.push(format!("there is no bridge or network {}", mapping.network.bridge));
    }
    if let Some(pool) = mapping.pool.as_ref().filter(|name| !pools.iter().any(|pool| pool.name == **name)) {
        problems.push(format!("there is no pool {pool}, or the token may not see it"));
    }
    for (name, origin) in &mapping.templates {
        if let Origin::Clone { vmid, .. } = origin
            && !view.guest(*vmid).is_some_and(|guest| guest.template)
        {
            problems.push(format!("the template {name} is to be guest {vmid}, which is not there or no template"));
        }
    }
    let taken = view.guests.iter().filter(|guest| mapping.ids.contains(&guest.at.vmid) && guest.reference().is_none());
    for guest in taken {
        problems.push(format!("guest {} is in the range of ids that is ours, and is not ours", guest.at.vmid));
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_deepest_path_decides() {
        let said = json!({ "/": { "Sys.Audit": 1, "VM.Audit": 0 }, "/vms": { "VM.Clone": "1" }, "/vms/9000": { "VM.Audit": 0 } });
        let granted = Granted::of(Fields::of(said));
        assert!(granted.has("Sys.Audit", "/") && granted.has("Sys.Audit", "/nodes/pve1"));
        assert!(granted.has("VM.Clone", "/vms/100"));
        assert!(!granted.has("VM.Clone", "/vms/9000"), "what is said of the deeper path takes its place");
        assert!(granted.has("VM.Audit", "/vms/9000"), "at the path itself it need not go down");
        assert!(!granted.has("VM.Audit", "/storage/local"), "it does not go down");
    }

    #[test]
    fn without_a_mapping_it_counts_what_is_granted_anywhere() {
        let granted = Granted::of(Fields::of(json!({ "/pool/fairhold": { "VM.Clone": 1 } })));
        assert!(granted.has_somewhere("VM.Clone") && !granted.has_somewhere("VM.Audit"));
        assert!(needed_somewhere(9).iter().any(|need| need.privilege == "VM.GuestAgent.Unrestricted"));
    }

    #[test]
    fn each_version_is_asked_for_in_its_own_words() {
        let mapping: Mapping = serde_json::from_value(json!({ "ids": { "start": 5000, "end": 5999 }, "storage": "local-lvm",
            "network": { "bridge": "vmbr0" }, "templates": { "debian": { "kind": "clone", "vmid": 9000 } }, "pool": "fairhold" }))
        .unwrap();
        let named = |version: &str| needed(&mapping, major(version)).into_iter().map(|need| format!("{} {}", need.path, need.privilege)).collect::<Vec<_>>();
        assert!(named("8.4.21").contains(&"/pool/fairhold VM.Monitor".to_owned()));
        assert!(!named("8.4.21").iter().any(|need| need.contains("GuestAgent")));
        assert!(named("9.0.3").contains(&"/pool/fairhold VM.GuestAgent.Unrestricted".to_owned()));
        assert!(named("9.0.3").contains(&"/vms/9000 VM.Clone".to_owned()), "a template outside the pool needs its own grant");
    }
}
