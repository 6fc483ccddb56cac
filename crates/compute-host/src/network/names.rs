//! What things are called on the host. Names are short (an interface's fits in 15 bytes) and made from the data folder too, so that two
//! installations on one host never meet.

use std::{
    net::Ipv6Addr,
    path::{Path, PathBuf},
};

use compute_driver::Reference;
use sha2::{Digest, Sha256};

use super::home::Home;

/// The bridge, in the network's own namespace.
pub(super) const BRIDGE: &str = "br0";
/// The namespace's end of the line to the host.
pub(super) const UPLINK: &str = "up0";
/// The host's end of every such line has this address, which never leaves the host (RFC 3927).
pub(super) const HOST_ADDRESS: &str = "169.254.1.1";

/// The ends of the line have these addresses of the link itself, which lead nowhere else (RFC 4291 §2.5.6).
pub(super) const HOST_LINK: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
pub(super) const INNER_LINK: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 2);

/// The names of one network.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// Its namespace.
    pub(super) namespace: String,
    /// The host's end of the line to it.
    pub(super) veth: String,
    /// The host's table of rules about it.
    pub(super) table: String,
    digest: u32,
}

impl Names {
    pub(super) fn of(home: &Home, network: &Reference) -> Self {
        let text = digest(home, network);
        let digest = u32::from_str_radix(text.get(..8).unwrap_or_default(), 16).unwrap_or(0);
        Self { namespace: format!("fairhold-{text}"), veth: format!("fh{text}"), table: format!("fairhold_{text}"), digest }
    }

    /// Where the namespace is mounted (ip-netns(8)).
    pub(super) fn path(&self) -> PathBuf {
        Path::new("/run/netns").join(&self.namespace)
    }

    /// The words that run a program inside.
    pub(super) fn inside(&self) -> [String; 2] {
        // Not "ip netns exec", which hides the control groups behind a fresh /sys.
        [format!("--net={}", self.path().display()), "--".to_owned()]
    }

    /// Where to begin to look for an address of the line, in the block that providers share (RFC 6598).
    pub(super) fn first_link(&self) -> u32 {
        u32::from_be_bytes([100, 64, 0, 0]) | (self.digest & 0x003f_ffff)
    }
}

/// The guest's port, in the namespace of its network.
pub(super) fn port(home: &Home, guest: &Reference) -> String {
    format!("t{}", digest(home, guest))
}

fn digest(home: &Home, reference: &Reference) -> String {
    Sha256::digest(format!("{}\n{reference}", home.folder().display())).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_two_installations_never_meet() {
        let network = Reference::parse(&"n".repeat(64)).unwrap();
        let (one, two) = (Names::of(&Home::alone("/a"), &network), Names::of(&Home::alone("/b"), &network));
        assert!(one.veth.len() <= 15 && port(&Home::alone("/a"), &network).len() <= 15);
        assert_ne!(one.veth, two.veth);
        assert_eq!(one.first_link() >> 22, u32::from_be_bytes([100, 64, 0, 0]) >> 22);
    }
}
