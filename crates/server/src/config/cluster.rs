//! The keys of a Proxmox VE cluster. What a mapping may say is the driver's to know.

use std::path::PathBuf;

use kernel::egress::Fingerprint;
use serde::{Deserialize, Serialize};

/// A Proxmox VE cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// The name of the node that it is here.
    pub name: String,
    /// In which region it stands.
    pub region: String,
    /// Its nodes' addresses; any of them answers for the whole cluster.
    pub addresses: Vec<Address>,
    /// API token, `user@realm!name`.
    pub token: String,
    /// File that holds the token's secret.
    pub token_file: PathBuf,
    /// What of the cluster is ours to use.
    pub mapping: compute_proxmox::Mapping,
}

/// Where a node of a cluster answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Host name or address.
    pub host: String,
    /// Port of its API.
    #[serde(default = "api_port")]
    pub port: u16,
    /// SHA-256 of its certificate; without one a public authority must vouch for it.
    pub fingerprint: Option<Fingerprint>,
}

fn api_port() -> u16 {
    8006
}

#[cfg(test)]
mod tests {
    use crate::Config;

    const CLUSTER: &str = r#"
        [[compute.clusters]]
        name = "vienna-1"
        region = "vienna"
        token = "fairhold@pve!fairhold"
        token_file = "/etc/fairhold-vienna-1"
        addresses = [{ host = "pve1.example.com", fingerprint = "PRINT" }, { host = "pve2.example.com", port = 443 }]
        [compute.clusters.mapping]
        ids = { start = 100000, end = 165000 }
        storage = "local-lvm"
        [compute.clusters.mapping.network]
        bridge = "vmbr0"
        addresses = { first = "10.20.0.10", prefix = 15, gateway = "10.20.0.1", nameservers = ["10.20.0.2"] }
        [compute.clusters.mapping.templates]
        debian = { kind = "clone", vmid = 9000 }
    "#;

    #[test]
    fn a_cluster_is_read_as_the_guide_shows_it() {
        let file = std::env::temp_dir().join(format!("fairhold-config-cluster-{}", std::process::id()));
        let load = |text: &str| {
            std::fs::write(&file, text).unwrap();
            let loaded = Config::load(Some(&file));
            std::fs::remove_file(&file).unwrap();
            loaded
        };
        let config = load(&CLUSTER.replace("PRINT", &"AB".repeat(32))).unwrap();
        let cluster = config.compute.clusters.first().unwrap();
        assert_eq!(cluster.addresses.iter().map(|address| address.port).collect::<Vec<_>>(), [8006, 443]);
        assert!(cluster.addresses[0].fingerprint.is_some() && cluster.addresses[1].fingerprint.is_none());
        cluster.mapping.check().unwrap();
        assert!(load(CLUSTER).is_err(), "what is no fingerprint is no certificate");
    }
}
