//! What a node is and which machines it takes. No IO.

use compute_driver::{Size, is_image};
use kernel::{Checks, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::part::{NodeHost, NodeStorage, NodeStranger};
use crate::host::HostView;
use crate::instance::Part;
use crate::region::RegionId;

kernel::id!(
    /// A node.
    NodeId, "nod");

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// In which region it stands.
    pub region_id: RegionId,
    /// The name in the configuration.
    pub name: String,
    /// Its driver.
    pub driver: String,
    /// `kvm`, `tcg`, or `none` for containers, which share the host's kernel.
    pub accelerator: String,
    /// Why this accelerator.
    pub accelerator_reason: String,
    /// Processors, where the driver can tell.
    pub cpus: Option<i32>,
    /// Memory in MiB, where the driver can tell.
    pub memory_mib: Option<i64>,
    /// Disk for guests in MiB, where the driver can tell.
    pub disk_mib: Option<i64>,
    /// Free disk in MiB, where the driver can tell.
    pub disk_free_mib: Option<i64>,
    /// Templates that are ready on it.
    pub templates: Vec<String>,
    /// Those among them whose machines get neither user data nor extra disks.
    pub plain_templates: Vec<String>,
    /// References of guests and disks on it that no machine and no disk of ours stands behind. Nothing touches them.
    pub orphans: Vec<String>,
    /// The machines that it is for: those of sizes of this class, or of sizes without one.
    pub class: Option<String>,
    /// Where its private networks are: nodes that say the same have their machines in the same networks.
    pub network_site: Option<String>,
    /// Whether new machines are placed on it.
    pub enabled: bool,
    /// Why not, in the operator's words.
    pub closed_because: Option<String>,
    /// Virtual processors that may be promised for every hundred real ones.
    pub cpu_overcommit_percent: i32,
    /// MiB of memory that may be promised for every hundred real ones.
    pub memory_overcommit_percent: i32,
    /// The hosts that it consists of.
    pub hosts: Vec<NodeHost>,
    /// Where it keeps disks and archives.
    pub storages: Vec<NodeStorage>,
    /// Guests on it that others made.
    pub strangers: Vec<NodeStranger>,
    /// What its hypervisor said when it last failed to answer; absent while it answers.
    pub problem: Option<String>,
    /// When its hypervisor answered last.
    pub seen_at: Timestamp,
}

/// What the machines on a node take together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Taken {
    pub(crate) instances: i64,
    pub(crate) cpus: i64,
    pub(crate) memory_mib: i64,
    pub(crate) disk_gib: i64,
}

/// What changes about a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NodePatch {
    /// Whether it takes new machines.
    pub schedulable: Option<bool>,
    /// Why it takes none; asked for when it is closed.
    pub reason: Option<String>,
    /// The class of machines that it is for, as `nvme` or `dedicated`: it takes those of sizes of this class and no others. Nothing between
    /// the quotes takes the class away.
    pub class: Option<String>,
    /// Virtual processors that may be promised for every hundred real ones; 10 to 10,000.
    pub cpu_overcommit_percent: Option<i32>,
    /// MiB of memory that may be promised for every hundred real ones; 10 to 1,000.
    pub memory_overcommit_percent: Option<i32>,
}

impl NodePatch {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let fits = |percent: Option<i32>, most: i32| percent.is_none_or(|percent| (10..=most).contains(&percent));
        let reason = self.reason.as_deref().map_or(0, |text| text.trim().chars().count());
        let mut checks = Checks::new();
        checks
            .that(self.class.as_deref().is_none_or(|class| class.is_empty() || is_class(class)), "class", CLASS)
            .that(self.schedulable != Some(false) || (1..=200).contains(&reason), "reason", "say in 1 to 200 characters why it takes no new machines")
            .that(fits(self.cpu_overcommit_percent, 10_000), "cpu_overcommit_percent", "use 10 to 10000")
            .that(fits(self.memory_overcommit_percent, 1_000), "memory_overcommit_percent", "use 10 to 1000");
        checks
    }
}

/// What [`is_class`] asks for.
pub const CLASS: &str = "use 1 to 40 lower-case letters, digits and hyphens";

/// Whether a class can be called so.
pub fn is_class(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// How a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    /// It answers and takes new machines.
    Ready,
    /// It answers and takes no new machines.
    Draining,
    /// It does not answer.
    Down,
}

/// A node as the operator sees it, with what its machines take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeView {
    /// Its id.
    pub id: NodeId,
    /// The name in the configuration.
    pub name: String,
    /// Where it stands.
    pub region: Part<RegionId>,
    /// How it stands.
    pub state: NodeState,
    /// The class of machines that it is for.
    pub class: Option<String>,
    /// Whether it takes new machines.
    pub schedulable: bool,
    /// Why not, in the operator's words.
    pub closed_because: Option<String>,
    /// Its driver.
    pub driver: String,
    /// `kvm`, `tcg`, or `none` for containers, which share the host's kernel.
    pub accelerator: String,
    /// Why this accelerator.
    pub accelerator_reason: String,
    /// Processors; 0 where the driver cannot tell.
    pub cpus: i32,
    /// Virtual processors promised to machines.
    pub cpus_used: i64,
    /// Virtual processors that may be promised; 0 where the driver cannot tell.
    pub cpus_limit: i64,
    /// Virtual processors that may be promised for every hundred real ones.
    pub cpu_overcommit_percent: i32,
    /// Memory in MiB; 0 where the driver cannot tell.
    pub memory_mib: i64,
    /// Memory promised to machines, in MiB.
    pub memory_used_mib: i64,
    /// Memory that may be promised, in MiB; 0 where the driver cannot tell.
    pub memory_limit_mib: i64,
    /// MiB of memory that may be promised for every hundred real ones.
    pub memory_overcommit_percent: i32,
    /// Disk for guests in GiB; 0 where the driver cannot tell.
    pub disk_gib: i64,
    /// Disk that is taken, in GiB.
    pub disk_used_gib: i64,
    /// Disk promised to machines and as extra disks, in GiB; disks grow as they are written.
    pub disk_promised_gib: i64,
    /// The hosts that it consists of.
    pub hosts: Vec<HostView>,
    /// Where it keeps disks and archives.
    pub storages: Vec<NodeStorage>,
    /// Guests on it that others made; each can be taken over for a customer.
    pub strangers: Vec<NodeStranger>,
    /// Machines on it.
    pub instances: i64,
    /// Templates that are ready on it.
    pub templates: Vec<String>,
    /// References of guests and disks on it that no machine and no disk of ours stands behind. Nothing touches them.
    pub orphans: Vec<String>,
    /// What its hypervisor said when it last failed to answer.
    pub problem: Option<String>,
    /// When its hypervisor answered last.
    pub last_seen_at: Timestamp,
}

impl NodeView {
    /// Puts it together.
    pub(super) fn of(node: Node, region: String, taken: Taken, hosts: Vec<HostView>) -> Self {
        let state = match (&node.problem, node.enabled) {
            (Some(_), _) => NodeState::Down,
            (None, true) => NodeState::Ready,
            (None, false) => NodeState::Draining,
        };
        let disk_mib = node.disk_mib.unwrap_or(0);
        Self {
            schedulable: node.enabled,
            cpus_limit: node.cpus_limit().unwrap_or(0),
            memory_limit_mib: node.memory_limit_mib().unwrap_or(0),
            disk_promised_gib: taken.disk_gib,
            cpu_overcommit_percent: node.cpu_overcommit_percent,
            memory_overcommit_percent: node.memory_overcommit_percent,
            class: node.class,
            closed_because: node.closed_because,
            hosts,
            storages: node.storages,
            strangers: node.strangers,
            id: node.id,
            name: node.name,
            region: Part { id: node.region_id, name: region },
            state,
            driver: node.driver,
            accelerator: node.accelerator,
            accelerator_reason: node.accelerator_reason,
            cpus: node.cpus.unwrap_or(0),
            cpus_used: taken.cpus,
            memory_mib: node.memory_mib.unwrap_or(0),
            memory_used_mib: taken.memory_mib,
            disk_gib: disk_mib / 1024,
            disk_used_gib: (disk_mib - node.disk_free_mib.unwrap_or(disk_mib)) / 1024,
            instances: taken.instances,
            templates: node.templates.into_iter().filter(|name| !is_image(name)).collect(),
            orphans: node.orphans,
            problem: node.problem,
            last_seen_at: node.seen_at,
        }
    }
}

/// Disks grow as they are written; below this much free space none is added.
const DISK_RESERVE_MIB: i64 = 2_048;

impl Node {
    /// Whether machines of this template may be placed there and get user data and extra disks, if any of its machines do. An image goes to
    /// any node that takes images in.
    pub(crate) fn may_equip(&self, template: &str) -> bool {
        is_image(template) || (self.templates.iter().any(|name| name == template) && !self.is_plain(template))
    }

    /// Whether machines of this template get neither user data nor extra disks there.
    pub(crate) fn is_plain(&self, template: &str) -> bool {
        self.plain_templates.iter().any(|name| name == template)
    }

    /// Virtual processors that may be promised, where the driver can tell how many there are.
    pub(crate) fn cpus_limit(&self) -> Option<i64> {
        self.cpus.map(|cpus| i64::from(cpus) * i64::from(self.cpu_overcommit_percent) / 100)
    }

    /// Memory that may be promised, in MiB, where the driver can tell how much there is.
    pub(crate) fn memory_limit_mib(&self) -> Option<i64> {
        self.memory_mib.map(|memory| memory.saturating_mul(i64::from(self.memory_overcommit_percent)) / 100)
    }

    /// Whether its machines can be in private networks that stand on the node of this name, one of `nodes`.
    pub(crate) fn reaches(&self, name: &str, nodes: &[Self]) -> bool {
        let site = nodes.iter().find(|node| node.name == name).and_then(|node| node.network_site.as_ref());
        self.name == name || (site.is_some() && self.network_site.as_ref() == site)
    }

    /// The first rule that keeps an extra disk away, in words for the operator; `None` when it fits. A machine's disk grows as it is
    /// written and most stay small; an extra disk is bought to be filled, so no more is promised than there is.
    pub(crate) fn refuses_disk(&self, taken: Taken, gib: i32) -> Option<String> {
        if let Some(problem) = &self.problem {
            return Some(format!("it does not answer ({problem})"));
        }
        if let Some(free) = self.disk_free_mib.filter(|free| *free < DISK_RESERVE_MIB) {
            return Some(format!("disk: only {free} MiB are free"));
        }
        let promised = taken.disk_gib + i64::from(gib);
        let room = self.disk_mib.map(|mib| (mib - DISK_RESERVE_MIB) / 1024).filter(|room| promised > *room);
        room.map(|room| format!("disk: {promised} GiB would be promised of {room} GiB"))
    }

    /// Why machines of `class` are not for this node, in words for the operator; `None` when they are.
    pub(crate) fn refuses_class(&self, class: Option<&str>) -> Option<String> {
        let said = |class: Option<&str>| class.map_or_else(|| "no class".to_owned(), |class| format!("the class {class}"));
        (self.class.as_deref() != class).then(|| format!("it is for machines of {}, and this one is of {}", said(self.class.as_deref()), said(class)))
    }

    /// The first rule that keeps a machine away, in words for the operator; `None` when it fits.
    ///
    /// What is on its node already needs nothing of it: then `template` is `None`.
    pub(crate) fn refuses(&self, taken: Taken, size: Size, template: Option<&str>) -> Option<String> {
        let memory = taken.memory_mib + i64::from(size.memory_mib);
        let cpus = taken.cpus + i64::from(size.cpus);
        if !self.enabled {
            return Some(format!("it is closed to new machines ({})", self.closed_because.as_deref().unwrap_or("no reason was given")));
        }
        if let Some(problem) = &self.problem {
            return Some(format!("it does not answer ({problem})"));
        }
        if let Some(template) = template.filter(|template| !self.templates.iter().any(|name| name == template)) {
            let what = if is_image(template) { "image" } else { "template" };
            return Some(format!("it does not have the {what} {template}"));
        }
        if let Some(limit) = self.memory_limit_mib().filter(|limit| memory > *limit) {
            return Some(format!("memory: {memory} MiB would be promised of {limit} MiB"));
        }
        if let Some(limit) = self.cpus_limit().filter(|limit| cpus > *limit) {
            return Some(format!("processors: {cpus} would be promised of {limit}"));
        }
        if let Some(free) = self.disk_free_mib.filter(|free| *free < DISK_RESERVE_MIB) {
            return Some(format!("disk: only {free} MiB are free"));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use kernel::id::Id;
    use uuid::Uuid;

    use super::*;

    fn node() -> Node {
        Node {
            id: NodeId::from_uuid(Uuid::from_u128(1)),
            region_id: RegionId::from_uuid(Uuid::from_u128(2)),
            name: "node-1".into(),
            driver: "simulated".into(),
            accelerator: "tcg".into(),
            accelerator_reason: String::new(),
            cpus: Some(1),
            memory_mib: Some(1_024),
            disk_mib: Some(10_000),
            disk_free_mib: Some(5_000),
            templates: vec!["tiny".into()],
            plain_templates: Vec::new(),
            orphans: Vec::new(),
            class: None,
            network_site: None,
            enabled: true,
            closed_because: None,
            cpu_overcommit_percent: 800,
            memory_overcommit_percent: 100,
            hosts: Vec::new(),
            storages: Vec::new(),
            strangers: Vec::new(),
            problem: None,
            seen_at: Timestamp(0),
        }
    }

    #[test]
    fn whoever_closes_a_node_says_why() {
        let wrong = |patch: NodePatch| patch.checks().done().err().map(|error| error.fields()[0].field.clone());
        assert_eq!(wrong(NodePatch { schedulable: Some(false), reason: Some("  ".into()), ..NodePatch::default() }).as_deref(), Some("reason"));
        assert_eq!(wrong(NodePatch { cpu_overcommit_percent: Some(0), ..NodePatch::default() }).as_deref(), Some("cpu_overcommit_percent"));
        assert_eq!(wrong(NodePatch { schedulable: Some(true), memory_overcommit_percent: Some(120), ..NodePatch::default() }), None);
    }

    #[test]
    fn the_rule_that_refused_is_named() {
        let size = Size { cpus: 1, memory_mib: 512, disk_gib: 5 };
        let nothing = Taken::default();
        assert_eq!(node().refuses(nothing, size, Some("tiny")), None);
        let full = Taken { memory_mib: 600, ..nothing };
        assert!(node().refuses(full, size, Some("tiny")).unwrap().starts_with("memory"));
        assert!(node().refuses(Taken { cpus: 8, ..nothing }, size, Some("tiny")).unwrap().starts_with("processors"));
        assert!(node().refuses(nothing, size, Some("debian")).unwrap().contains("template debian"));
        let closed = Node { enabled: false, closed_because: Some("new fans".into()), ..node() };
        assert!(closed.refuses(nothing, size, Some("tiny")).unwrap().contains("new fans"));
        assert_eq!(Node { memory_overcommit_percent: 150, ..node() }.refuses(full, size, Some("tiny")), None);
        assert!(Node { cpu_overcommit_percent: 99, ..node() }.refuses(nothing, size, Some("tiny")).unwrap().starts_with("processors"));
        assert!(Node { disk_free_mib: Some(10), ..node() }.refuses(nothing, size, Some("tiny")).unwrap().starts_with("disk"));
        let (disk, four) = (|gib| node().refuses_disk(nothing, gib), Taken { disk_gib: 4, ..nothing });
        assert_eq!(disk(7), None);
        assert!(disk(8).unwrap().starts_with("disk: 8 GiB"));
        assert!(node().refuses_disk(four, 4).unwrap().starts_with("disk: 8 GiB"), "what machines were promised counts");
        assert!(Node { disk_free_mib: Some(10), ..node() }.refuses_disk(nothing, 1).is_some());
        assert_eq!(Node { disk_mib: None, disk_free_mib: None, ..node() }.refuses_disk(nothing, 900), None);
        let unknown = Node { cpus: None, memory_mib: None, disk_free_mib: None, ..node() };
        assert_eq!(unknown.refuses(full, size, Some("tiny")), None);
    }
}
