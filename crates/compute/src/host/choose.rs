//! Chooses a host of a node for a machine, or says which rule refused which host.

use kernel::{Error, Result, Tx};

use super::load::Load;
use super::model::stands_on;
use super::store::{self, Closed};
use crate::instance::{Shape, store as instances};
use crate::node::{self, Node, NodeHost};

/// The first rule that keeps a machine of this shape away from a host, in words for the operator; `None` when it may go there.
fn refuses(node: &Node, host: &NodeHost, closed: &Closed, load: &Load, shape: &Shape) -> Option<String> {
    let taken = load.on_host(node, &host.name);
    let (memory, cpus) = (taken.memory_mib + i64::from(shape.memory_mib), taken.cpus + i64::from(shape.cpus));
    if let Some(reason) = closed.get(&(node.id, host.name.clone())) {
        return Some(format!("it is under maintenance ({reason})"));
    }
    if !host.online {
        return Some("it does not answer".to_owned());
    }
    if !host.takes_guests {
        return Some("the mapping of its cluster leaves it out".to_owned());
    }
    let limit = |there: i64, percent: i32| there.saturating_mul(i64::from(percent)) / 100;
    let memory_limit = limit(i64::try_from(host.memory_mib).unwrap_or(i64::MAX), node.memory_overcommit_percent);
    if memory > memory_limit {
        return Some(format!("memory: {memory} MiB would be promised of {memory_limit} MiB"));
    }
    let cpus_limit = limit(host.cpus.into(), node.cpu_overcommit_percent);
    (cpus > cpus_limit).then(|| format!("processors: {cpus} would be promised of {cpus_limit}"))
}

/// Why no host of the node takes a new machine of this shape; `None` when one does, or when the hypervisor has not told of any.
pub(crate) fn nowhere(node: &Node, closed: &Closed, load: &Load, shape: &Shape) -> Option<String> {
    let refused: Option<Vec<String>> =
        node.hosts.iter().map(|host| refuses(node, host, closed, load, shape).map(|why| format!("{}: {why}", host.name))).collect();
    refused.filter(|all| !all.is_empty()).map(|all| format!("no host takes it ({})", all.join("; ")))
}

/// The host that the machine moves to: the one that is wanted, or the one with the most memory left. Its node is locked, so that two
/// machines do not count on the same room.
///
/// # Errors
/// `Invalid` or `Conflict` at `host`; `Conflict` with the rule that refused each host, for the operator.
pub(crate) async fn choose(tx: &Tx, row: &instances::Row, wanted: Option<&str>) -> Result<String> {
    let named = row.node_name.as_deref().ok_or_else(|| Error::conflict("This machine is on no node."))?;
    let node = node::store::locked_by_name(tx, named).await?.ok_or_else(|| Error::not_found("node"))?;
    let (load, closed, shape) = (node::taken(tx.db()).await?, store::closed(tx.db()).await?, row.shape());
    if let Some(name) = wanted {
        let host = node.hosts.iter().find(|host| host.name == name).ok_or_else(|| Error::invalid("host", format!("{named} has no host of this name")))?;
        let why = if stands_on(&node, row, name) { Some("the machine is on it already".to_owned()) } else { refuses(&node, host, &closed, &load, &shape) };
        return why.map_or_else(|| Ok(host.name.clone()), |why| Err(Error::conflict_at("host", why)));
    }
    let mut refused = Vec::new();
    let mut best: Option<(i64, &NodeHost)> = None;
    for host in node.hosts.iter().filter(|host| !stands_on(&node, row, &host.name)) {
        match refuses(&node, host, &closed, &load, &shape) {
            Some(why) => refused.push(format!("{}: {why}", host.name)),
            None => {
                let left = i64::try_from(host.memory_mib).unwrap_or(i64::MAX).saturating_sub(load.on_host(&node, &host.name).memory_mib);
                if best.is_none_or(|(most, _)| left > most) {
                    best = Some((left, host));
                }
            }
        }
    }
    best.map(|(_, host)| host.name.clone()).ok_or_else(|| {
        let why = if refused.is_empty() { "there is no other".to_owned() } else { refused.join("; ") };
        Error::conflict(format!("No other host of {named} takes this machine: {why}."))
    })
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;
    use kernel::id::Id;
    use uuid::Uuid;

    use super::*;
    use crate::instance::SizeId;
    use crate::node::{NodeId, Taken};
    use crate::region::RegionId;

    fn host(name: &str) -> NodeHost {
        NodeHost { online: true, cpus: 2, memory_mib: 1_024, ..NodeHost::unheard(name) }
    }

    fn node(hosts: Vec<NodeHost>) -> Node {
        Node {
            id: NodeId::from_uuid(Uuid::from_u128(1)),
            region_id: RegionId::from_uuid(Uuid::from_u128(2)),
            name: "vienna-1".into(),
            driver: "proxmox".into(),
            accelerator: "kvm".into(),
            accelerator_reason: String::new(),
            cpus: None,
            memory_mib: None,
            disk_mib: None,
            disk_free_mib: None,
            templates: Vec::new(),
            plain_templates: Vec::new(),
            orphans: Vec::new(),
            class: None,
            network_site: None,
            enabled: true,
            closed_because: None,
            cpu_overcommit_percent: 100,
            memory_overcommit_percent: 100,
            hosts,
            storages: Vec::new(),
            strangers: Vec::new(),
            problem: None,
            seen_at: Timestamp(0),
        }
    }

    #[test]
    fn the_rule_that_refused_a_host_is_named() {
        let shape = Shape { size_id: SizeId::from_uuid(Uuid::nil()), size_name: "Small".into(), cpus: 1, memory_mib: 512, disk_gib: 5, class: None };
        let (open, mut load) = (Closed::new(), Load::default());
        let two = node(vec![host("pve1"), NodeHost { online: false, ..host("pve2") }]);
        assert_eq!(nowhere(&two, &open, &load, &shape), None);
        let closed = Closed::from([((two.id, "pve1".to_owned()), "new fans".to_owned())]);
        let why = nowhere(&two, &closed, &load, &shape).unwrap();
        assert_eq!(why, "no host takes it (pve1: it is under maintenance (new fans); pve2: it does not answer)");
        load.add(two.id, Some("pve1".into()), Taken { instances: 1, cpus: 1, memory_mib: 600, disk_gib: 5 });
        assert!(nowhere(&two, &open, &load, &shape).unwrap().contains("pve1: memory: 1112 MiB would be promised of 1024 MiB"));
        let left_out = node(vec![NodeHost { takes_guests: false, ..host("pve3") }]);
        assert!(nowhere(&left_out, &open, &Load::default(), &shape).unwrap().contains("leaves it out"));
        let few = Shape { cpus: 3, ..shape.clone() };
        assert!(nowhere(&node(vec![host("pve1")]), &open, &Load::default(), &few).unwrap().contains("processors: 3 would be promised of 2"));
        assert_eq!(nowhere(&node(Vec::new()), &open, &load, &shape), None, "nothing is known of hosts yet");
    }
}
