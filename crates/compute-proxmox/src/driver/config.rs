//! A guest's settings as the cluster keeps them, read into figures, and ours written into parameters.

use compute_driver::{DISKS_PER_GUEST, GuestSpec, Size};

use super::mark::Mark;
use super::seed;
use super::view::{GIB, MIB};
use crate::call::Kind;
use crate::client::params::decode;
use crate::client::{Fields, Params, Property};
use crate::settings::Mapping;

/// Buses on which a disk may be, in the order in which we look for it.
const BUSES: [&str; 4] = ["scsi", "virtio", "sata", "ide"];
/// Where a cloud-init drive may be put.
const DRIVES: [&str; 6] = ["ide2", "ide0", "ide1", "ide3", "sata5", "scsi30"];
/// The highest number that a card of a guest has (`net[n]`).
pub(super) const CARDS: u8 = 31;
/// Where extra disks hang, behind those that a template may have. The bus decides how the guest calls them, so it is always the same.
const EXTRAS: [&str; DISKS_PER_GUEST] = ["virtio8", "virtio9", "virtio10", "virtio11", "virtio12", "virtio13", "virtio14", "virtio15"];

/// A guest's settings, read. They are never written back: passwords come as stars and keys come encoded.
pub(super) struct Config {
    said: Fields,
    kind: Kind,
}

/// A disk of a guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disk {
    /// `scsi0` for example.
    pub(super) key: String,
    /// `local-lvm:vm-100-disk-0` for example.
    pub(super) volume: String,
    pub(super) bytes: u64,
}

impl Config {
    pub(super) fn of(said: Fields, kind: Kind) -> Self {
        Self { said, kind }
    }

    pub(super) fn tags(&self) -> String {
        self.said.words("tags")
    }

    pub(super) fn description(&self) -> String {
        self.said.words("description")
    }

    pub(super) fn mark(&self) -> Option<Mark> {
        Mark::read(&self.description())
    }

    /// What somebody is doing with the guest.
    pub(super) fn lock(&self) -> Option<String> {
        self.said.text("lock")
    }

    pub(super) fn digest(&self) -> Option<String> {
        self.said.text("digest")
    }

    pub(super) fn has_serial(&self) -> bool {
        self.kind == Kind::Container || self.said.has("serial0")
    }

    /// The address of its first card.
    pub(super) fn mac(&self) -> Option<String> {
        Self::mac_in(&self.said.text("net0")?)
    }

    /// The address that a card's settings name.
    pub(super) fn mac_in(card: &str) -> Option<String> {
        let card = Property::of(card);
        let models = ["virtio", "hwaddr", "e1000", "e1000e", "rtl8139", "vmxnet3"];
        models.iter().find_map(|model| card.get(model)).map(str::to_lowercase)
    }

    /// The setting `name`, or nothing.
    pub(super) fn line(&self, name: &str) -> String {
        self.said.words(name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.said.has(name)
    }

    /// Its own address, where it is a fixed one.
    pub(super) fn ipv4(&self) -> Option<String> {
        let text = self.said.text(self.kind.of("ipconfig0", "net0"))?;
        let address = Property::of(&text).get("ip")?.split('/').next()?;
        address.parse::<std::net::Ipv4Addr>().ok().map(|address| address.to_string())
    }

    /// Its own IPv6 address, where it is a fixed one.
    pub(super) fn ipv6(&self) -> Option<std::net::Ipv6Addr> {
        let text = self.said.text(self.kind.of("ipconfig0", "net0"))?;
        Property::of(&text).get("ip6")?.split('/').next()?.parse().ok()
    }

    /// SSH keys, decoded.
    pub(super) fn ssh_keys(&self) -> Vec<String> {
        let keys = decode(&self.said.words("sshkeys"));
        keys.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
    }

    pub(super) fn size(&self) -> Size {
        let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        let cores = self.said.count("cores").unwrap_or(1).max(1);
        let sockets = self.said.count("sockets").unwrap_or(1).max(1);
        // Since 8.x memory may be a property string: `current=2048`.
        let memory = self.said.words("memory");
        let memory = Property::of(&memory).get("current").unwrap_or(&memory).parse().unwrap_or(512);
        let disk = self.root_disk().map_or(0, |disk| disk.bytes.div_ceil(GIB));
        Size { cpus: small(cores.saturating_mul(sockets)), memory_mib: memory, disk_gib: small(disk) }
    }

    /// The disk that the guest boots from.
    pub(super) fn root_disk(&self) -> Option<Disk> {
        if self.kind == Kind::Container {
            return self.disk("rootfs");
        }
        let boot = self.said.words("boot");
        let ordered = Property::of(&boot).get("order").unwrap_or_default().split(';').map(str::to_owned);
        let usual = (0..4).flat_map(|number| BUSES.map(|bus| format!("{bus}{number}")));
        ordered.chain(self.said.text("bootdisk")).chain(usual).find_map(|key| self.disk(&key))
    }

    /// The extra disks. A template may have disks in the same places, but none with such a serial number.
    pub(super) fn extras(&self) -> Vec<Disk> {
        let borrowed = |key: &&str| Property::of(&self.said.words(key)).get("serial").is_some_and(|serial| serial.starts_with("dsk-"));
        EXTRAS.into_iter().filter(borrowed).filter_map(|key| self.disk(key)).collect()
    }

    /// A place for one more.
    pub(super) fn free_extra(&self) -> Option<&'static str> {
        EXTRAS.into_iter().find(|key| !self.said.has(key))
    }

    /// The disk at `key`, if there is one.
    pub(super) fn disk(&self, key: &str) -> Option<Disk> {
        let text = self.said.text(key)?;
        let property = Property::of(&text);
        let volume = property.get("file").or_else(|| property.get("volume")).unwrap_or_else(|| property.first());
        let is_disk = property.get("media") != Some("cdrom") && !volume.contains("cloudinit") && volume.contains(':');
        is_disk.then(|| Disk { key: key.to_owned(), volume: volume.to_owned(), bytes: property.get("size").map_or(0, bytes) })
    }

    /// Disks that hang on nothing: what a replaced one becomes.
    pub(super) fn unused(&self) -> Vec<String> {
        self.said.names().filter(|name| name.starts_with("unused")).map(str::to_owned).collect()
    }

    /// Where the cluster's own cloud-init drive is.
    pub(super) fn cloud_init(&self) -> Option<String> {
        let is_drive = |name: &&str| BUSES.iter().any(|bus| name.starts_with(bus)) && self.said.words(name).contains("cloudinit");
        self.said.names().find(is_drive).map(str::to_owned)
    }

    /// A place without a drive.
    pub(super) fn free_drive(&self) -> &'static str {
        DRIVES.into_iter().find(|drive| !self.said.has(drive)).unwrap_or("ide2")
    }
}

/// `10G`, `512M`, `4T`, `1024K` or bytes.
fn bytes(text: &str) -> u64 {
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len()));
    let unit = match unit {
        "K" => 1024,
        "M" => MIB,
        "G" => GIB,
        "T" => 1024 * GIB,
        _ => 1,
    };
    let number: f64 = digits.parse().unwrap_or(0.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "sizes of disks are far below 2^52")]
    let bytes = (number * unit as f64) as u64;
    bytes
}

/// What the cluster calls a guest, and the guest itself: cloud-init has no other name for it. A reference has nothing but its underscore that
/// no host name may have (RFC 1123 §2.1).
pub(super) fn name(mapping: &Mapping, spec: &GuestSpec) -> String {
    if mapping.pseudonyms { spec.reference.as_str().replace('_', "-") } else { spec.hostname.clone() }
}

/// The card of a virtual machine.
fn card(mapping: &Mapping, spec: &GuestSpec) -> String {
    let vlan = mapping.network.vlan.map_or_else(String::new, |tag| format!(",tag={tag}"));
    format!("virtio={},bridge={}{vlan},firewall=1{}", spec.mac, mapping.network.bridge, cable(spec))
}

/// A guest that is cut off has a card without a cable.
fn cable(spec: &GuestSpec) -> &'static str {
    if spec.cut_off { ",link_down=1" } else { "" }
}

/// What a virtual machine's cloud-init tells its card, and a container's card itself.
fn addressing(mapping: &Mapping, vmid: u32) -> String {
    let fixed = mapping.network.addresses.as_ref().and_then(|range| Some((range, range.of(&mapping.ids, vmid)?)));
    let ipv4 = fixed.map_or_else(|| "ip=dhcp".to_owned(), |(range, address)| format!("ip={address}/{},gw={}", range.prefix, range.gateway));
    let ipv6 = mapping.network.ipv6.as_ref().map(|ipv6| format!(",ip6={}/64,gw6={}", ipv6.of(vmid), ipv6.gateway));
    ipv4 + &ipv6.unwrap_or_default()
}

/// The settings of a virtual machine after `spec`, for one that has the settings `now` or none yet. One that gets user data has a seed of
/// ours in place of the cluster's cloud-init drive.
pub(super) fn machine(mapping: &Mapping, spec: &GuestSpec, vmid: u32, now: Option<&Config>) -> Params {
    let nameservers = mapping.network.addresses.as_ref().map(|range| range.nameservers.join(" ")).filter(|list| !list.is_empty());
    let seeded = seed::wanted(spec).is_some();
    let there = now.and_then(Config::cloud_init);
    let drive = match now {
        _ if seeded || there.is_some() => None,
        Some(now) => Some(now.free_drive()),
        None => DRIVES.first().copied(),
    };
    let params = Params::new()
        .with("name", name(mapping, spec))
        .with("sockets", 1)
        .with("cores", spec.cpus)
        .with("memory", spec.memory_mib)
        .with("net0", card(mapping, spec))
        // The serial line is a console of its own beside the screen, which some templates have switched off.
        .with("serial0", "socket")
        .with("vga", "std")
        .with("agent", "enabled=1")
        .flag("onboot", !spec.cut_off)
        .with("ciuser", "root")
        // Without this the first boot updates every package before anybody gets in.
        .flag("ciupgrade", false)
        .with("ipconfig0", addressing(mapping, vmid))
        .maybe("nameserver", nameservers)
        .ssh_keys(&spec.ssh_keys)
        .maybe("cipassword", spec.password.as_ref().map(|hash| hash.as_str()))
        .maybe("delete", there.filter(|_| seeded));
    match drive {
        Some(drive) => params.with(drive, format!("{}:cloudinit", mapping.storage)),
        None => params,
    }
}

/// The settings of a container after `spec`.
pub(super) fn container(mapping: &Mapping, spec: &GuestSpec, vmid: u32) -> Params {
    let vlan = mapping.network.vlan.map_or_else(String::new, |tag| format!(",tag={tag}"));
    let net = format!("name=eth0,bridge={},hwaddr={},firewall=1{vlan},{}{}", mapping.network.bridge, spec.mac, addressing(mapping, vmid), cable(spec));
    let nameservers = mapping.network.addresses.as_ref().map(|range| range.nameservers.join(" ")).filter(|list| !list.is_empty());
    Params::new()
        .with("hostname", name(mapping, spec))
        .with("cores", spec.cpus)
        .with("memory", spec.memory_mib)
        .with("swap", 0)
        .with("rootfs", format!("{}:{}", mapping.storage, spec.disk_gib))
        .with("net0", net)
        .flag("unprivileged", true)
        .flag("onboot", !spec.cut_off)
        .with("features", "nesting=1")
        .maybe("nameserver", nameservers)
        .maybe("ssh-public-keys", (!spec.ssh_keys.is_empty()).then(|| spec.ssh_keys.join("\n")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(said: serde_json::Value) -> Config {
        Config::of(Fields::of(said), Kind::Machine)
    }

    #[test]
    fn the_disk_is_the_one_that_boots() {
        let said = json!({ "boot": "order=net0;virtio0", "scsi0": "a:vm-1-disk-1,size=4G", "virtio0": "a:vm-1-disk-0,iothread=1,size=2252M",
            "ide2": "a:vm-1-cloudinit,media=cdrom", "cores": "2", "sockets": 2, "memory": "current=2048" });
        let config = config(said);
        let disk = config.root_disk().unwrap();
        assert_eq!((disk.key.as_str(), disk.volume.as_str(), disk.bytes), ("virtio0", "a:vm-1-disk-0", 2252 * MIB));
        assert_eq!(config.size(), Size { cpus: 4, memory_mib: 2048, disk_gib: 3 });
        assert_eq!(config.cloud_init().as_deref(), Some("ide2"));
    }

    #[test]
    fn drives_without_a_disk_are_no_disks() {
        let config = config(json!({ "ide0": "none,media=cdrom", "ide2": "a:iso/x.iso,media=cdrom", "scsi1": "a:vm-1-disk-0,size=1T" }));
        assert_eq!(config.root_disk().unwrap().bytes, 1024 * GIB);
        assert_eq!(config.free_drive(), "ide1");
        assert_eq!((config.mac(), config.ipv6()), (None, None));
    }

    #[test]
    fn extra_disks_are_told_from_those_of_a_template() {
        let config =
            config(json!({ "virtio0": "a:vm-1-disk-0,size=1G", "virtio8": "a:vm-1-disk-1,size=1G", "virtio9": "a:vm-7-disk-0,serial=dsk-7x,backup=0" }));
        let extras: Vec<_> = config.extras().into_iter().map(|disk| (disk.key, disk.volume)).collect();
        assert_eq!(extras, [("virtio9".to_owned(), "a:vm-7-disk-0".to_owned())]);
        assert_eq!(config.free_extra(), Some("virtio10"));
        assert_eq!(config.root_disk().unwrap().key, "virtio0");
    }

    #[test]
    fn keys_come_encoded_and_are_read_decoded() {
        let config = config(json!({ "sshkeys": "ssh-ed25519%20AAAA%2B%20me%0Assh-rsa%20BBBB%20you%0A", "net0": "virtio=BC:24:11:00:00:01,bridge=vmbr0" }));
        assert_eq!(config.ssh_keys(), ["ssh-ed25519 AAAA+ me", "ssh-rsa BBBB you"]);
        assert_eq!(config.mac().as_deref(), Some("bc:24:11:00:00:01"));
    }

    #[test]
    fn a_container_keeps_its_card_and_address_in_one_text() {
        let said = json!({ "net0": "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:02,ip=10.0.0.7/24,gw=10.0.0.1,ip6=2001:db8::7/64,gw6=fe80::1",
            "rootfs": "a:vm-2-disk-0,size=8G" });
        let config = Config::of(Fields::of(said), Kind::Container);
        assert_eq!(config.ipv4().as_deref(), Some("10.0.0.7"));
        assert_eq!(config.ipv6(), Some("2001:db8::7".parse().unwrap()));
        assert_eq!(config.size().disk_gib, 8);
    }
}
