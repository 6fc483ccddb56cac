//! The NoCloud seed: host name, SSH keys and address on a small disk that the guest reads at boot.
//!
//! The texts are what cloud-init reads, so the same seed serves images with and without it.

use std::{fs, path::Path};

use compute_driver::{DriverError, IPV6_GATEWAY, cloud_init};

use super::record::{Record, trouble};
use crate::process::run;

/// The guest's address inside QEMU's user-mode network, which looks the same to every guest.
pub(crate) const ADDRESS: &str = "10.0.2.15";

/// Writes the seed for `record` to `path`; the texts pass through `folder`, which is removed again.
pub(crate) async fn write(path: &Path, folder: &Path, record: &Record) -> Result<(), DriverError> {
    fs::create_dir_all(folder).map_err(trouble("cannot write the seed"))?;
    // The owner's user data takes the place of ours, which cloud-init then finds under the vendor's name.
    let ours = cloud_init::settings(&record.spec);
    let owner = record.spec.user_data.clone();
    let (user_data, vendor_data) = owner.map_or_else(|| (ours.clone(), String::new()), |theirs| (theirs, ours.clone()));
    let texts = [("meta-data", meta_data(record)), ("network-config", network_config(record)), ("user-data", user_data), ("vendor-data", vendor_data)];
    for (name, text) in texts {
        fs::write(folder.join(name), text).map_err(trouble("cannot write the seed"))?;
    }
    let options = ["-quiet", "-volid", "cidata", "-joliet", "-rock", "-output"].map(AsRef::as_ref);
    run("genisoimage", options.into_iter().chain([path.as_os_str(), folder.as_os_str()])).await?;
    fs::remove_dir_all(folder).map_err(trouble("cannot clear the seed's texts"))
}

fn meta_data(record: &Record) -> String {
    let spec = &record.spec;
    format!("instance-id: {}-{}\nlocal-hostname: {}\n", spec.reference, record.generation, spec.hostname)
}

fn network_config(record: &Record) -> String {
    let (address, prefix, gateway, resolver) = match (&record.spec.card, record.seat.lan) {
        (Some(card), Some(lan)) => (card.ipv4.to_string(), lan.prefix, lan.gateway.to_string(), lan.gateway.to_string()),
        _ => (ADDRESS.to_owned(), 24, "10.0.2.2".to_owned(), "10.0.2.3".to_owned()),
    };
    // One address and its router, and nothing else on the link.
    let ipv6 = record.spec.card.as_ref().and_then(|card| card.ipv6);
    let ipv6 = ipv6.map_or_else(String::new, |address| format!("      - type: static6\n        address: {address}/128\n        gateway: {IPV6_GATEWAY}\n"));
    format!(
        "version: 1\nconfig:\n  - type: physical\n    name: eth0\n    mac_address: \"{}\"\n    subnets:\n      - type: static\n        \
         address: {address}/{prefix}\n        gateway: {gateway}\n        dns_nameservers: [{resolver}]\n{ipv6}",
        record.spec.mac
    )
}

#[cfg(test)]
mod tests {
    use compute_driver::{Card, GuestSpec, Reference};
    use compute_host::network::Lan;

    use super::*;

    fn record() -> Record {
        let spec = GuestSpec {
            reference: Reference::parse("vm_1").unwrap(),
            hostname: "web-1".into(),
            ssh_keys: vec![],
            cpus: 1,
            memory_mib: 128,
            disk_gib: 1,
            template: "tiny".into(),
            mac: "52:54:00:12:34:56".into(),
            ssh_port: None,
            user_data: None,
            password: None,
            card: None,
            cut_off: false,
            avoid: Vec::new(),
        };
        Record { generation: 2, ..Record::new(&spec, "v", 42_000, None) }
    }

    #[test]
    fn the_texts_carry_name_and_address() {
        let record = record();
        assert_eq!(meta_data(&record), "instance-id: vm_1-2\nlocal-hostname: web-1\n");
        assert!(network_config(&record).contains("      - type: static\n        address: 10.0.2.15/24\n"));
    }

    #[test]
    fn in_a_private_network_the_address_is_that_of_its_card() {
        let mut record = record();
        record.spec.card = Some(Card { network: Reference::parse("net_1").unwrap(), ipv4: [10, 66, 0, 10].into(), ipv6: None });
        record.seat.lan = Some(Lan { prefix: 20, gateway: [10, 66, 0, 1].into() });
        assert!(network_config(&record).ends_with("address: 10.66.0.10/20\n        gateway: 10.66.0.1\n        dns_nameservers: [10.66.0.1]\n"));
    }

    #[test]
    fn an_ipv6_address_stands_behind_the_other_with_the_router_of_every_network() {
        let mut record = record();
        let ipv6 = Some("2001:db8:0:7::a".parse().unwrap());
        record.spec.card = Some(Card { network: Reference::parse("net_1").unwrap(), ipv4: [10, 66, 0, 10].into(), ipv6 });
        record.seat.lan = Some(Lan { prefix: 20, gateway: [10, 66, 0, 1].into() });
        let text = network_config(&record);
        assert!(text.ends_with("      - type: static6\n        address: 2001:db8:0:7::a/128\n        gateway: fe80::1\n"), "{text}");
        assert!(text.find("10.66.0.10").unwrap() < text.find("static6").unwrap());
    }
}
