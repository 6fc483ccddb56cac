//! What a host is to the operator, and what a valid request about its maintenance looks like. No IO, no clock.

use kernel::{Checks, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::OperationId;

use super::load::Load;
use super::store::Row;
use crate::instance::store::Row as Machine;
use crate::node::{Node, NodeHost};

/// Letters of a reason.
const REASON: std::ops::RangeInclusive<usize> = 1..=200;

/// A host that is being worked on: nothing new is placed on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = HostMaintenance)]
pub struct Maintenance {
    /// Why, in the operator's words. Customers whose machines are moved away read it.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

/// A host of a node that is a cluster, or the only one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = NodeHost)]
pub struct HostView {
    /// Its name at the hypervisor.
    pub name: String,
    /// Whether it answers.
    pub online: bool,
    /// Whether machines may be on it; the mapping of a cluster can leave hosts out.
    pub takes_guests: bool,
    /// Its processors.
    pub cpus: u32,
    /// How busy they are, in thousandths, where the hypervisor tells.
    pub cpu_permille: Option<u16>,
    /// Its memory in MiB.
    pub memory_mib: u64,
    /// Memory that is in use, in MiB.
    pub memory_used_mib: u64,
    /// Machines on it, those on their way to it included.
    pub instances: i64,
    /// Memory promised to them, in MiB.
    pub memory_promised_mib: i64,
    /// Present while it is under maintenance.
    pub maintenance: Option<Maintenance>,
    /// The operation that moved its machines away last, or does so now.
    pub drain_id: Option<OperationId>,
}

/// What changes about a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HostPatch {
    /// Whether it is under maintenance: nothing new is placed on it, and what it does meanwhile is no fault.
    pub maintenance: bool,
    /// Why; asked for when maintenance begins. Customers whose machines are moved away read it.
    #[serde(default)]
    pub reason: Option<String>,
}

impl HostPatch {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.that(!self.maintenance || is_reason(self.reason.as_deref()), "reason", "say in 1 to 200 characters what is done to the host");
        checks
    }
}

/// Whether a text may stand as a reason.
pub(crate) fn is_reason(text: Option<&str>) -> bool {
    text.is_some_and(|text| REASON.contains(&text.trim().chars().count()) && !text.chars().any(char::is_control))
}

/// The hosts of a node with what is on them. One that is under maintenance stays in the list when its hypervisor does not tell of it any more.
pub(crate) fn shown(node: &Node, load: &Load, rows: &[Row]) -> Vec<HostView> {
    let row = |name: &str| rows.iter().find(|row| row.node_id == node.id && row.name == name);
    let view = |host: &NodeHost| {
        let (taken, row) = (load.on_host(node, &host.name), row(&host.name));
        HostView {
            name: host.name.clone(),
            online: host.online,
            takes_guests: host.takes_guests,
            cpus: host.cpus,
            cpu_permille: host.cpu_permille,
            memory_mib: host.memory_mib,
            memory_used_mib: host.memory_used_mib,
            instances: taken.instances,
            memory_promised_mib: taken.memory_mib,
            maintenance: row.and_then(Row::maintenance),
            drain_id: row.and_then(|row| row.drain_id),
        }
    };
    let gone = rows.iter().filter(|row| row.node_id == node.id && row.reason.is_some() && !node.hosts.iter().any(|host| host.name == row.name));
    let gone = gone.map(|row| NodeHost::unheard(&row.name)).collect::<Vec<_>>();
    node.hosts.iter().chain(&gone).map(view).collect()
}

/// Whether the machine is on the host. Hypervisors of one host do not tell it of each machine.
pub(crate) fn stands_on(node: &Node, machine: &Machine, host: &str) -> bool {
    match (&machine.host_name, node.hosts.as_slice()) {
        (Some(name), _) => name == host,
        (None, [only]) => only.name == host,
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_begins_maintenance_says_why() {
        let wrong = |maintenance, reason: Option<&str>| HostPatch { maintenance, reason: reason.map(str::to_owned) }.checks().done().is_err();
        assert!(wrong(true, None) && wrong(true, Some("  ")) && wrong(true, Some(&"x".repeat(201))) && wrong(true, Some("a\nb")));
        assert!(!wrong(true, Some("new fans")) && !wrong(false, None));
    }
}
