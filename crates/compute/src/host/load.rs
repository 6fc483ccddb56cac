//! What machines take: on each node, and on each host of one. No IO.

use std::collections::HashMap;

use crate::node::{Node, NodeId, Taken};

/// What they take, everywhere.
#[derive(Debug, Default)]
pub(crate) struct Load {
    nodes: HashMap<NodeId, Taken>,
    hosts: HashMap<(NodeId, String), Taken>,
}

impl Load {
    /// Counts a machine, or an extra disk. One on its way from host to host counts where it goes.
    pub(crate) fn add(&mut self, node: NodeId, host: Option<String>, machine: Taken) {
        let add = |sum: &mut Taken| {
            sum.instances += machine.instances;
            sum.cpus += machine.cpus;
            sum.memory_mib += machine.memory_mib;
            sum.disk_gib += machine.disk_gib;
        };
        add(self.nodes.entry(node).or_default());
        if let Some(host) = host {
            add(self.hosts.entry((node, host)).or_default());
        }
    }

    /// On a node.
    pub(crate) fn on_node(&self, node: NodeId) -> Taken {
        self.nodes.get(&node).copied().unwrap_or_default()
    }

    /// On a host of it. Hypervisors of one host do not tell it of each machine.
    pub(crate) fn on_host(&self, node: &Node, host: &str) -> Taken {
        match node.hosts.as_slice() {
            [_] => self.on_node(node.id),
            _ => self.hosts.get(&(node.id, host.to_owned())).copied().unwrap_or_default(),
        }
    }
}
