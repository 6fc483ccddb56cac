//! What is there: guests and their states, and what the cluster can do. Reading changes nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use compute_driver::{Accelerator, Capabilities, Capacity, DriverError, Feature, Guest, Reference, SshAddress, Status};

use super::config::Config;
use super::mark::{self, Mark};
use super::view::{Entry, FRESH, MIB, View, status_of};
use super::{Proxmox, image};
use crate::call::{At, Kind, inside};
use crate::client::{Fields, Trouble};
use crate::settings::{Mapping, Origin};

/// What the cluster can do. Asked with every reconciliation, so it costs no more than the list that is fetched anyway.
pub(super) async fn capabilities(proxmox: &Proxmox) -> Result<Capabilities, DriverError> {
    let view = proxmox.view(FRESH).await?;
    let mapping = proxmox.mapping();
    let ready = |origin: &Origin| match origin {
        Origin::Clone { vmid, .. } => view.guest(*vmid).is_some_and(|guest| guest.template),
        Origin::Import { .. } | Origin::Container { .. } => true,
    };
    Ok(Capabilities {
        accelerator: Accelerator::Kvm,
        accelerator_reason: "Proxmox VE runs its guests with KVM".to_owned(),
        serial_console: true,
        screen_console: true,
        // The line is passed on as it is; nobody keeps what it printed while nobody listened.
        console_backlog: false,
        features: features(&view, mapping),
        templates: mapping
            .templates
            .iter()
            .filter(|(_, origin)| ready(origin))
            .map(|(name, _)| name.clone())
            .chain(image::remembered(proxmox, &view).await?)
            .collect(),
        plain_templates: mapping.templates.iter().filter(|(_, origin)| matches!(origin, Origin::Container { .. })).map(|(name, _)| name.clone()).collect(),
        capacity: Some(capacity(&view, mapping)),
        network_site: None,
    })
}

fn features(view: &View, mapping: &Mapping) -> BTreeSet<Feature> {
    let mut features = BTreeSet::from([
        Feature::Suspend,
        Feature::Resize,
        Feature::GrowDisk,
        Feature::Snapshots,
        Feature::MemorySnapshots,
        Feature::SetPassword,
        Feature::AuthoriseKey,
        Feature::Adopt,
        Feature::Firewall,
        Feature::Disks,
        Feature::OwnCard,
    ]);
    if mapping.backup_storage.is_some() {
        features.insert(Feature::Backups);
    }
    if mapping.images.is_some() {
        features.insert(Feature::Images);
        features.insert(Feature::UserData);
    }
    // Without fixed addresses nobody knows which ones are a guest's own.
    if mapping.network.addresses.is_some() {
        features.insert(Feature::AntiSpoofing);
        features.insert(Feature::PublicAddresses);
    }
    if mapping.private.is_some() {
        features.insert(Feature::PrivateNetworks);
    }
    if can_move(view, mapping) {
        features.insert(Feature::Move);
    }
    features
}

/// Whether a guest has another node to go to.
pub(super) fn can_move(view: &View, mapping: &Mapping) -> bool {
    view.nodes.iter().filter(|node| is_ours(mapping, &node.name)).count() > 1
}

/// Room on the nodes that are ours to use and online; storage that is shared counts once.
fn capacity(view: &View, mapping: &Mapping) -> Capacity {
    let nodes: Vec<_> = view.nodes.iter().filter(|node| node.online && is_ours(mapping, &node.name)).collect();
    let storages =
        view.storages.iter().filter(|storage| storage.name == mapping.storage && storage.available && nodes.iter().any(|node| node.name == storage.node));
    let mut seen_shared = false;
    let counted: Vec<_> = storages.filter(|storage| !storage.shared || !std::mem::replace(&mut seen_shared, true)).collect();
    let total: u64 = counted.iter().map(|storage| storage.total).sum();
    let used: u64 = counted.iter().map(|storage| storage.used).sum();
    Capacity {
        cpus: nodes.iter().map(|node| node.cpus).sum(),
        memory_mib: nodes.iter().map(|node| node.memory).sum::<u64>() / MIB,
        disk_mib: total / MIB,
        disk_free_mib: total.saturating_sub(used) / MIB,
    }
}

pub(super) fn is_ours(mapping: &Mapping, node: &str) -> bool {
    mapping.nodes.is_empty() || mapping.nodes.iter().any(|name| name == node)
}

/// The guest, if it is there.
pub(super) async fn find(proxmox: &Proxmox, reference: &Reference) -> Result<Option<Guest>, DriverError> {
    match proxmox.current(reference).await {
        Ok((at, said)) => {
            let config = proxmox.config(&at).await?;
            let mut found = guest(proxmox.mapping(), &at, &config, status(&said), reference);
            if found.ipv4.is_none() && found.status == Status::Running {
                found.ipv4 = leased(proxmox, &at).await;
                found.ssh = found.ipv4.clone().map(|host| SshAddress { host, port: 22 });
            }
            Ok(Some(found))
        }
        Err(DriverError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The address that a running guest got from a DHCP server, if it tells.
async fn leased(proxmox: &Proxmox, at: &At) -> Option<String> {
    let addresses: Vec<String> = match at.kind {
        Kind::Container => {
            let said = Fields::each(proxmox.client().ask(&inside::container_interfaces(at)).await.ok()?);
            said.iter().filter_map(|card| card.text("inet")).collect()
        }
        Kind::Machine => {
            let said = Fields::of(proxmox.client().ask(&inside::interfaces(at)).await.ok()?);
            let addresses = said.list("result").into_iter().flat_map(|card| card.list("ip-addresses"));
            addresses.filter_map(|one| one.text("ip-address")).collect()
        }
    };
    let first = addresses.iter().filter_map(|text| text.split('/').next()?.parse::<std::net::Ipv4Addr>().ok()).find(|address| !address.is_loopback());
    first.map(|address| address.to_string())
}

/// All guests of ours, from one call.
pub(super) async fn list(proxmox: &Proxmox) -> Result<Vec<Guest>, DriverError> {
    let view = proxmox.view(FRESH).await?;
    let mut found = Vec::new();
    for entry in view.guests.iter().filter(|entry| !mark::is_holder(&entry.tags)) {
        if let Some(reference) = entry.reference() {
            let mut guest = listed(proxmox.mapping(), entry, reference);
            if guest.status == Status::Running && mark::says_paused(&entry.tags) {
                guest.status = status_now(proxmox, &guest.reference).await?;
            }
            found.push(guest);
        } else if proxmox.mapping().ids.contains(&entry.at.vmid) && !mark::ours(&entry.tags) && !entry.template {
            // In our own range without tags: one whose making was interrupted. There are few of them and they cost a call each.
            found.extend(half_made(proxmox, entry).await?);
        }
    }
    found.sort_by(|one, other| one.reference.cmp(&other.reference));
    Ok(found)
}

async fn half_made(proxmox: &Proxmox, entry: &Entry) -> Result<Option<Guest>, Trouble> {
    match proxmox.config(&entry.at).await {
        Ok(config) => Ok(config.mark().map(|mark| guest(proxmox.mapping(), &entry.at, &config, entry.status, &mark.reference))),
        // It may have gone since the list was made, and a node that is away keeps its own secrets.
        Err(Trouble::NoGuest(_) | Trouble::Unreachable(_) | Trouble::Said(_)) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

fn listed(mapping: &Mapping, entry: &Entry, reference: Reference) -> Guest {
    let ipv4 = mapping.network.addresses.as_ref().and_then(|range| range.of(&mapping.ids, entry.at.vmid)).map(|address| address.to_string());
    Guest {
        reference,
        status: entry.status,
        template: mark::template_in(&entry.tags).unwrap_or_default().to_owned(),
        size: entry.size,
        host: Some(entry.at.node.clone()),
        rescue: false,
        accelerator: Accelerator::Kvm,
        ssh: ipv4.clone().map(|host| SshAddress { host, port: 22 }),
        ipv4,
        ipv6: mapping.network.ipv6.as_ref().filter(|_| mapping.ids.contains(&entry.at.vmid)).map(|ipv6| ipv6.of(entry.at.vmid).to_string()),
    }
}

/// A guest in the trait's words.
pub(super) fn guest(mapping: &Mapping, at: &At, config: &Config, status: Status, reference: &Reference) -> Guest {
    let ipv4 = config.ipv4().filter(|_| mapping.ids.contains(&at.vmid) || at.kind == Kind::Container);
    Guest {
        reference: reference.clone(),
        status,
        template: template(config),
        size: config.size(),
        host: Some(at.node.clone()),
        rescue: false,
        accelerator: Accelerator::Kvm,
        ssh: ipv4.clone().map(|host| SshAddress { host, port: 22 }),
        ipv4,
        ipv6: config.ipv6().map(|address| address.to_string()),
    }
}

pub(super) fn template(config: &Config) -> String {
    config.mark().map(|Mark { template, .. }| template).or_else(|| mark::template_in(&config.tags()).map(str::to_owned)).unwrap_or_default()
}

/// What the guest's node says now. A guest whose node is away is neither running nor stopped: nobody knows.
pub(super) async fn status_now(proxmox: &Proxmox, reference: &Reference) -> Result<Status, DriverError> {
    match proxmox.current(reference).await {
        Ok((_, said)) => Ok(status(&said)),
        Err(DriverError::NotFound { .. }) => Ok(Status::Absent),
        Err(error) => {
            let listed = proxmox.view(Duration::ZERO).await;
            let away = listed.is_ok_and(|view| {
                let entry = view.guests.iter().find(|guest| mark::carries(&guest.tags, reference));
                entry.is_some_and(|guest| !view.is_online(&guest.at.node))
            });
            if away { Ok(Status::Unknown) } else { Err(error) }
        }
    }
}

/// The status in an answer of `status/current`; only there a paused guest is told from a running one.
pub(super) fn status(said: &Fields) -> Status {
    status_of(&said.words("status"), said.text("qmpstatus").as_deref())
}
