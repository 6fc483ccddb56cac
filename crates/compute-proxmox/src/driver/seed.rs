//! User data: a small disk of ours that cloud-init reads at the guest's first boot (data source NoCloud, a FAT file system called CIDATA).
//!
//! The cluster's own cloud-init drive takes no user data but from files that its API does not write. So a guest with user data has this disk
//! in its place. It goes the way that images go, which is why it takes a storage for images: sent there, imported from there into a disk of
//! the guest, and removed there at once. From then on it belongs to the guest, moves with it and goes with it. Whatever has to reach cloud-init
//! later (a key, a password, another address) is among the guest's settings anyway, so then the cluster's drive takes over.

use std::io::{Cursor, Write};

use compute_driver::{DriverError, GuestSpec, Reference, cloud_init};
use fatfs::{FileSystem, FormatVolumeOptions, FsOptions};

use super::config::{self, Config};
use super::make::SETTLED_IN;
use super::view::FRESH;
use super::{Proxmox, USER_DATA_ENTRIES, disk, image};
use crate::call::{At, cluster, guest};
use crate::client::{Params, Property, Trouble};

/// Where it hangs: behind whatever a template has.
const KEY: &str = "scsi29";
/// What it says of itself there.
const SERIAL: &str = "fairhold-seed";
/// Its size: 32 KiB of user data fit many times, and no storage makes smaller volumes.
const BYTES: usize = 4 << 20;

impl Config {
    /// Where a seed of ours hangs.
    pub(super) fn seed(&self) -> Option<&'static str> {
        (Property::of(&self.line(KEY)).get("serial") == Some(SERIAL)).then_some(KEY)
    }
}

/// What the guest is to be told. One that is cut off is there to be looked at, and carries nothing out.
pub(super) fn wanted(spec: &GuestSpec) -> Option<&str> {
    spec.user_data.as_deref().filter(|_| !spec.cut_off)
}

/// Gives the guest its seed, unless it has one.
pub(super) async fn put(proxmox: &Proxmox, at: &At, spec: &GuestSpec) -> Result<(), DriverError> {
    let Some(user_data) = wanted(spec) else { return Ok(()) };
    let now = proxmox.config(at).await?;
    if now.seed().is_some() {
        return Ok(());
    }
    if now.has(KEY) {
        return Err(DriverError::refused(format!("the template {} has a disk at {KEY}, where the one with user data goes", spec.template)));
    }
    let client = proxmox.client();
    let name = config::name(proxmox.mapping(), spec);
    let seed = disk_of(&spec.reference, &name, user_data, &cloud_init::settings(spec), &network(&now));
    let seed = seed.map_err(|error| DriverError::failed("the seed cannot be written", error.to_string()))?;
    let view = proxmox.view(FRESH).await?;
    let place = image::place_for(proxmox, &view, &at.node)?;
    let volume = volume(&place.name, &spec.reference);
    take_back(proxmox, &place.node, &place.name, &volume).await?;
    client.disclose(USER_DATA_ENTRIES).await?;
    let upload = cluster::upload(&place.node, &place.name, Params::new().with("content", "import"));
    client.send_bytes(&upload, &seed, &file(&spec.reference), SETTLED_IN).await?;
    let line = format!("{}:0,import-from={volume},serial={SERIAL},backup=0,ro=1", proxmox.mapping().storage);
    let hung = client.work(&guest::change_config(at, Params::new().with(KEY, line)), &at.node, at.vmid, SETTLED_IN).await;
    take_back(proxmox, &place.node, &place.name, &volume).await?;
    Ok(hung?)
}

/// Lets the cluster's own cloud-init drive tell the guest from its next start on what it is told from now on. A guest without either has nothing
/// to be told by.
pub(super) async fn renew(proxmox: &Proxmox, at: &At) -> Result<(), DriverError> {
    if take_over(proxmox, at).await? {
        return Ok(());
    }
    match proxmox.client().settle(&guest::regenerate(at)).await {
        Ok(_) | Err(Trouble::Said(_) | Trouble::Invalid(_)) => Ok(()),
        Err(trouble) => Err(trouble.into()),
    }
}

/// Puts the cluster's drive into the seed's place; false for a guest that has no seed.
pub(super) async fn take_over(proxmox: &Proxmox, at: &At) -> Result<bool, DriverError> {
    let now = proxmox.config(at).await?;
    let Some(key) = now.seed() else { return Ok(false) };
    let params = Params::new().with("delete", key);
    let params = match now.cloud_init() {
        Some(_) => params,
        None => params.with(now.free_drive(), format!("{}:cloudinit", proxmox.mapping().storage)),
    };
    let unused = disk::exchange(proxmox, at, &now, params).await?;
    match disk::remove_unused(proxmox, at, &unused).await {
        // A snapshot has it; it goes with that one, or with the guest.
        Ok(()) | Err(Trouble::Said(_) | Trouble::Invalid(_)) => Ok(true),
        Err(trouble) => Err(trouble.into()),
    }
}

/// Removes what an interrupted try left behind of the seed of a guest that is gone.
pub(super) async fn left_by(proxmox: &Proxmox, reference: &Reference) -> Result<(), DriverError> {
    let view = proxmox.view(FRESH).await?;
    for place in image::places(proxmox, &view) {
        take_back(proxmox, &place.node, &place.name, &volume(&place.name, reference)).await?;
    }
    Ok(())
}

/// Removes the file that the disk is made from, if it is there.
async fn take_back(proxmox: &Proxmox, node: &str, storage: &str, volume: &str) -> Result<(), Trouble> {
    if !image::volumes_at(proxmox, node, storage).await?.iter().any(|there| there == volume) {
        return Ok(());
    }
    match proxmox.client().work(&cluster::delete_content(node, storage, volume), node, 0, SETTLED_IN).await {
        Ok(()) | Err(Trouble::Nothing(_)) => Ok(()),
        Err(trouble) => Err(trouble),
    }
}

fn file(reference: &Reference) -> String {
    format!("{SERIAL}-{}.raw", reference.as_str().replace('_', "-"))
}

fn volume(storage: &str, reference: &Reference) -> String {
    format!("{storage}:import/{}", file(reference))
}

/// The disk: a file system without partitions.
fn disk_of(reference: &Reference, hostname: &str, user_data: &str, settings: &str, network: &str) -> std::io::Result<Vec<u8>> {
    let mut disk = Cursor::new(vec![0; BYTES]);
    fatfs::format_volume(&mut disk, FormatVolumeOptions::new().volume_label(*b"CIDATA     "))?;
    {
        let files = FileSystem::new(&mut disk, FsOptions::new())?;
        let meta_data = format!("instance-id: {reference}\nlocal-hostname: {hostname}\n");
        for (name, text) in [("meta-data", meta_data.as_str()), ("user-data", user_data), ("vendor-data", settings), ("network-config", network)] {
            files.root_dir().create_file(name)?.write_all(text.as_bytes())?;
        }
    }
    Ok(disk.into_inner())
}

/// What the cluster's own drive would say of the guest's cards, as cloud-init reads it (network configuration, version 1).
fn network(config: &Config) -> String {
    let mut text = "version: 1\nconfig:\n".to_owned();
    for number in 0..=config::CARDS {
        let (Some(mac), address) = (Config::mac_in(&config.line(&format!("net{number}"))), config.line(&format!("ipconfig{number}"))) else { continue };
        if address.is_empty() {
            continue;
        }
        text += &format!("  - type: physical\n    name: eth{number}\n    mac_address: \"{mac}\"\n    subnets:\n");
        let address = Property::of(&address);
        for (ip, gateway, dynamic, fixed) in [("ip", "gw", "dhcp4", "static"), ("ip6", "gw6", "dhcp6", "static6")] {
            match address.get(ip) {
                Some("dhcp" | "auto") => text += &format!("      - type: {dynamic}\n"),
                Some(own) => {
                    text += &format!("      - type: {fixed}\n        address: {own}\n");
                    text += &address.get(gateway).map_or_else(String::new, |gateway| format!("        gateway: {gateway}\n"));
                }
                None => {}
            }
        }
    }
    let servers = config.line("nameserver");
    if !servers.is_empty() {
        text += "  - type: nameserver\n    address:\n";
        text.extend(servers.split_whitespace().map(|server| format!("      - {server}\n")));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use serde_json::json;

    use super::*;
    use crate::call::Kind;
    use crate::client::Fields;

    #[test]
    fn the_disk_holds_what_cloud_init_reads() {
        let disk = disk_of(&Reference::parse("vm_1").unwrap(), "web-1", &"#!/bin/sh\n".repeat(3_000), "#cloud-config\n", "version: 1\n").unwrap();
        // cloud-init finds it by what libblkid says of it.
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &disk).unwrap();
        let seen = std::process::Command::new("/sbin/blkid").args(["-p", "-o", "export"]).arg(file.path()).output().unwrap();
        let seen = String::from_utf8(seen.stdout).unwrap();
        assert!(seen.contains("\nLABEL=CIDATA\n") && seen.contains("\nTYPE=vfat\n"), "{seen}");
        let files = FileSystem::new(Cursor::new(disk), FsOptions::new()).unwrap();
        let read = |name: &str| {
            let mut text = String::new();
            files.root_dir().open_file(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        assert_eq!(read("meta-data"), "instance-id: vm_1\nlocal-hostname: web-1\n");
        assert_eq!((read("user-data").len(), read("vendor-data"), read("network-config")), (30_000, "#cloud-config\n".to_owned(), "version: 1\n".to_owned()));
    }

    #[test]
    fn every_card_is_told_its_address() {
        let said = json!({
            "net0": "virtio=52:54:00:00:00:01,bridge=vmbr0,firewall=1", "ipconfig0": "ip=10.0.1.7/16,gw=10.0.0.1,ip6=2001:db8::7/64,gw6=fe80::1",
            "net1": "virtio=56:54:00:00:00:01,bridge=fhabcdef", "ipconfig1": "ip=10.66.0.9/24", "net2": "virtio=56:54:00:00:00:02,bridge=vmbr1",
            "nameserver": "9.9.9.9 1.1.1.1",
        });
        let text = network(&Config::of(Fields::of(said), Kind::Machine));
        let first = "  - type: physical\n    name: eth0\n    mac_address: \"52:54:00:00:00:01\"\n    subnets:\n      - type: static\n        address: 10.0.1.7/16\n        gateway: 10.0.0.1\n      - type: static6\n        address: 2001:db8::7/64\n        gateway: fe80::1\n";
        let second =
            "  - type: physical\n    name: eth1\n    mac_address: \"56:54:00:00:00:01\"\n    subnets:\n      - type: static\n        address: 10.66.0.9/24\n";
        assert_eq!(text, format!("version: 1\nconfig:\n{first}{second}  - type: nameserver\n    address:\n      - 9.9.9.9\n      - 1.1.1.1\n"));
        let asks = json!({ "net0": "virtio=52:54:00:00:00:01,bridge=vmbr0", "ipconfig0": "ip=dhcp" });
        assert!(network(&Config::of(Fields::of(asks), Kind::Machine)).ends_with("    subnets:\n      - type: dhcp4\n"));
    }
}
