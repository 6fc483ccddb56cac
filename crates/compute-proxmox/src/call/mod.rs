//! The calls of the API that we make, each as a value: path, parameters and the task that comes of it.
//! Nothing here talks to anybody. Order: [`cluster`], [`guest`], [`disk`] (snapshots, backups, images), [`inside`] (consoles and
//! agent), [`firewall`].

pub(crate) mod cluster;
pub(crate) mod disk;
pub(crate) mod firewall;
pub(crate) mod guest;
pub(crate) mod inside;
pub(crate) mod sdn;

use reqwest::Method;

use crate::client::Call;

/// What a guest is: the two kinds have the same calls under two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// A virtual machine.
    Machine,
    /// A container.
    Container,
}

impl Kind {
    /// As paths have it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Machine => "qemu",
            Self::Container => "lxc",
        }
    }

    /// Of two words, the one of this kind.
    pub(crate) fn of(self, machine: &'static str, container: &'static str) -> &'static str {
        match self {
            Self::Machine => machine,
            Self::Container => container,
        }
    }
}

/// Where a guest is now. It may move to another node at any time; its id stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) node: String,
    pub(crate) vmid: u32,
    pub(crate) kind: Kind,
}

impl At {
    fn call(&self, method: Method, tail: &[&str]) -> Call {
        let vmid = self.vmid.to_string();
        let mut segments = vec!["nodes", self.node.as_str(), self.kind.word(), vmid.as_str()];
        segments.extend_from_slice(tail);
        Call::new(method, &segments)
    }
}
