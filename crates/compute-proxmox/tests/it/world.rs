//! What the tests stand on: a driver with a context of its own in front of the stand-in, and guests to order.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use compute_driver::{Driver, GuestSpec, Reference};
use compute_proxmox::Proxmox;
use compute_proxmox::block::{Block, Ipv6};
use compute_proxmox::driver::{PURPOSE, RECIPIENT};
use compute_proxmox::settings::{Addresses, Mapping, Network, Origin, Private, Settings, Token};
use kernel::Module;
use kernel::egress::Endpoint;
use kernel::map::Recipient;
use proxmox_standin::{SECRET, StandIn, TOKEN, Witness};
use testkit::{Engine, Test};

use crate::contract::Schema;

/// A cluster, a driver for it, and what the driver stands on.
pub struct World {
    pub cluster: StandIn,
    pub driver: Proxmox,
    pub test: Test,
}

const RECIPIENTS: &[Recipient] = &[Recipient {
    key: RECIPIENT,
    name: "the cluster",
    role: "runs machines",
    purposes: &[PURPOSE],
    entries: &[
        "compute.instance.hostname",
        "compute.instance.ssh_key",
        "compute.instance.root_password",
        "compute.instance.user_data",
        "compute.ssh_key.public_key",
    ],
    country: "operator",
    transfer: "",
    sale: false,
}];

/// A cluster of which every request is held against the official schema, where that can be had.
pub async fn cluster() -> StandIn {
    let witness = Schema::load().map(|schema| -> Witness { Arc::new(move |method, path, params| schema.faults(method, path, params)) });
    StandIn::watched(witness).await
}

/// IPv6 for guests beside what else they have.
pub fn ipv6() -> Option<Ipv6> {
    Some(Ipv6 { block: Block::parse("2001:db8:20:1::/64").unwrap(), gateway: "fe80::1".parse().unwrap() })
}

/// A context that knows clusters as recipients.
pub async fn context() -> Test {
    Test::on(Engine::Sqlite, vec![Module { recipients: RECIPIENTS, ..Module::named("compute") }]).await
}

pub fn mapping() -> Mapping {
    let origins = [
        ("tiny", Origin::Clone { vmid: 9000, full: false }),
        ("copied", Origin::Clone { vmid: 9000, full: true }),
        ("imported", Origin::Import { volume: "local:import/tiny.qcow2".into() }),
        ("contained", Origin::Container { volume: "local:vztmpl/tiny.tar.zst".into() }),
    ];
    Mapping {
        ids: 5000..=5999,
        nodes: Vec::new(),
        storage: "local-lvm".into(),
        backup_storage: Some("backups".into()),
        images: Some("local".into()),
        network: Network {
            bridge: "vmbr0".into(),
            vlan: Some(7),
            addresses: Some(Addresses {
                first: Ipv4Addr::new(10, 0, 1, 1),
                prefix: 16,
                gateway: Ipv4Addr::new(10, 0, 0, 1),
                nameservers: vec!["10.0.0.2".into()],
            }),
            ipv6: None,
        },
        private: Some(Private { zone: "tenants".into(), tags: Some(1000..=1009) }),
        pool: Some("fairhold".into()),
        pseudonyms: false,
        templates: origins.map(|(name, origin)| (name.to_owned(), origin)).into_iter().collect::<BTreeMap<_, _>>(),
        calls_per_second: 1000,
    }
}

pub fn settings(endpoints: Vec<Endpoint>) -> Settings {
    Settings { endpoints, token: Token::new(TOKEN, SECRET).unwrap(), mapping: mapping() }
}

impl World {
    /// A fresh cluster.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A fresh cluster, and settings that `change` changed.
    pub async fn with(change: impl FnOnce(&mut Mapping)) -> Self {
        let cluster = cluster().await;
        let test = context().await;
        let mut settings = settings(cluster.endpoints());
        change(&mut settings.mapping);
        let driver = Proxmox::open(&test.cx, settings).await.unwrap();
        Self { cluster, driver, test }
    }

    /// Another process with the same settings.
    pub async fn another(&self) -> Proxmox {
        Proxmox::open(&self.test.cx, settings(self.cluster.endpoints())).await.unwrap()
    }

    /// A guest that was made, stopped; and its id at the cluster.
    pub async fn guest(&self, name: &str) -> (GuestSpec, u32) {
        let spec = spec(name, "tiny");
        self.driver.ensure(&spec).await.unwrap();
        let vmid = self.vmid(&spec.reference);
        (spec, vmid)
    }

    /// A guest that runs.
    pub async fn running(&self, name: &str) -> (GuestSpec, u32) {
        let (spec, vmid) = self.guest(name).await;
        self.driver.start(&spec.reference).await.unwrap();
        (spec, vmid)
    }

    /// The id under which the cluster has the guest.
    pub fn vmid(&self, reference: &Reference) -> u32 {
        let state = self.cluster.lock();
        let carries = |text: Option<&String>| text.is_some_and(|text| text.contains(reference.as_str()));
        let found = state.guests.iter().find(|(_, guest)| carries(guest.config.get("tags")) || carries(guest.config.get("description")));
        *found.expect("the cluster has the guest").0
    }
}

pub fn reference(name: &str) -> Reference {
    Reference::parse(&format!("vm_{name}")).unwrap()
}

pub fn spec(name: &str, template: &str) -> GuestSpec {
    GuestSpec {
        reference: reference(name),
        hostname: format!("{name}-host"),
        ssh_keys: vec!["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOdpY1OKeqP8SWJB0vHKqnLeqF1sYsr1V3Gz0YQTG4s a+b/c=d:e".into()],
        cpus: 1,
        memory_mib: 256,
        disk_gib: 2,
        template: template.into(),
        mac: "52:54:00:00:00:01".into(),
        ssh_port: None,
        user_data: None,
        password: None,
        card: None,
        cut_off: false,
        avoid: Vec::new(),
    }
}
