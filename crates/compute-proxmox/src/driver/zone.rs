//! Zones of the cluster's software-defined network, as somebody sees them who is to name one for private networks.

use super::Proxmox;
use super::view::View;
use crate::call::sdn;
use crate::client::Fields;
use crate::settings::{Mapping, Private};

/// Kinds of zones in which a VNet reaches the guests of a network and nobody else, wherever they are.
const KINDS: [&str; 3] = ["vlan", "qinq", "vxlan"];
/// A zone of this kind does so on each node by itself.
const LONELY: &str = "simple";
/// The largest tag of a VLAN (IEEE 802.1Q).
const LARGEST_VLAN: u32 = 4094;

/// A zone.
pub(super) struct Zone {
    pub(super) name: String,
    pub(super) kind: String,
    /// The nodes that it is on; all when there is none.
    nodes: Vec<String>,
    /// Whether it, or a change of it, waits to be applied.
    waits: bool,
}

/// The zones that the token may see.
pub(super) async fn all(proxmox: &Proxmox) -> Vec<Zone> {
    let said = Fields::each(proxmox.client().ask(&sdn::zones()).await.unwrap_or_default());
    let word = |one: &Fields, name: &str| one.inside("pending").text(name).or_else(|| one.text(name)).unwrap_or_default();
    let nodes = |one: &Fields| word(one, "nodes").split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    said.iter().filter_map(|one| Some(Zone { name: one.text("zone")?, kind: word(one, "type"), nodes: nodes(one), waits: one.has("state") })).collect()
}

/// Why private networks of this mapping would not work.
pub(super) fn problems(mapping: &Mapping, zones: &[Zone], view: &View) -> Vec<String> {
    let Some(private) = &mapping.private else { return Vec::new() };
    let Private { zone: name, tags } = private;
    let Some(zone) = zones.iter().find(|zone| zone.name == *name) else {
        return vec![format!("there is no zone {name}, or the token may not see it")];
    };
    let nodes: Vec<_> = view.nodes.iter().map(|node| &node.name).filter(|node| super::look::is_ours(mapping, node)).collect();
    let mut problems = Vec::new();
    if zone.waits {
        problems.push(format!("the zone {name} waits to be applied at the cluster, under Datacenter, SDN"));
    }
    if zone.kind == LONELY {
        if nodes.len() > 1 {
            problems.push(format!("the zone {name} is a simple one: guests of a network on different nodes would not reach each other"));
        }
        if tags.is_some() {
            problems.push(format!("the zone {name} is a simple one, which has no tags; leave them out"));
        }
    } else if !KINDS.contains(&zone.kind.as_str()) {
        problems.push(format!("the zone {name} is of the kind {}; private networks need one of VLANs, QinQ or VXLANs", zone.kind));
    } else if let Some(tags) = tags {
        if zone.kind != "vxlan" && *tags.end() > LARGEST_VLAN {
            problems.push(format!("tags in the zone {name} end at {LARGEST_VLAN}"));
        }
    } else {
        problems.push(format!("the zone {name} needs a range of tags"));
    }
    let apart = nodes.into_iter().filter(|node| !zone.nodes.is_empty() && !zone.nodes.contains(node));
    problems.extend(apart.map(|node| format!("the zone {name} is not on the node {node}")));
    problems
}
