//! Guests of the stand-in that go to another node. A task says "migration aborted" and no more; why is in its log.

use serde_json::{Value, json};

use crate::api::Incoming;
use crate::disks;
use crate::state::{Answer, Guest, Kind, State, say, wrong};

/// What of a guest lies on its node alone.
fn local_disks(state: &State, guest: &Guest) -> Vec<(String, bool)> {
    if state.shared {
        return Vec::new();
    }
    let keys = ["scsi", "virtio", "sata", "ide", "rootfs", "mp"];
    let disks = guest.config.iter().filter(|(key, value)| keys.iter().any(|begin| key.starts_with(begin)) && value.contains(':'));
    disks
        .map(|(_, value)| {
            let cdrom = value.contains("media=cdrom") || value.contains("cloudinit");
            (value.split(',').next().unwrap_or_default().to_owned(), cdrom)
        })
        .collect()
}

/// Devices of its node that a guest uses.
fn devices(guest: &Guest) -> Vec<&str> {
    guest.config.keys().map(String::as_str).filter(|key| key.starts_with("hostpci") || key.starts_with("usb")).collect()
}

pub fn look(state: &State, node: &str, vmid: u32) -> Answer {
    let guest = &state.guests[&vmid];
    if let Some(lock) = &guest.lock {
        return Err(say(format!("VM is locked ({lock})")));
    }
    let runs = guest.status == "running";
    if guest.kind == Kind::Lxc {
        return Ok(json!({ "running": u8::from(runs) }));
    }
    let disk = |(volid, cdrom): (String, bool)| json!({ "volid": volid, "cdrom": u8::from(cdrom), "size": 1_u64 << 30, "is_unused": 0 });
    let disks: Vec<_> = local_disks(state, guest).into_iter().map(disk).collect();
    let mut said = json!({ "running": u8::from(runs), "local_disks": disks, "local_resources": devices(guest), "mapped-resources": [] });
    if !runs {
        let (apart, allowed): (Vec<_>, Vec<_>) = state.nodes.keys().filter(|name| *name != node).partition(|name| state.without_storage.contains(*name));
        said["allowed_nodes"] = json!(allowed);
        said["not_allowed_nodes"] = Value::Object(apart.into_iter().map(|name| (name.clone(), json!({ "unavailable_storages": ["local-lvm"] }))).collect());
    }
    Ok(said)
}

/// The words of a task that was aborted: its exit status, and then its log.
fn aborted(why: &str) -> String {
    format!("migration aborted\nERROR: migration aborted (duration 00:00:00): {why}")
}

/// Why the guest cannot go to `target`, as the task finds it.
fn obstacle(state: &State, vmid: u32, target: &str, with_disks: bool) -> Option<String> {
    let guest = &state.guests[&vmid];
    let runs = guest.status == "running";
    let devices = devices(guest);
    if !devices.is_empty() {
        return Some(aborted(&format!("can't migrate VM which uses local devices: {}", devices.join(", "))));
    }
    if state.nodes.get(target) != Some(&true) {
        return Some(aborted("Can't connect to destination address using public key"));
    }
    let disks = local_disks(state, guest);
    let scanned = |volid: &str, why: &str| {
        format!("{}\ncan't migrate local disk '{volid}': {why}", aborted("Problem found while scanning volumes - can't migrate VM - check log"))
    };
    for (volid, cdrom) in &disks {
        if *cdrom && !volid.contains("cloudinit") {
            return Some(scanned(volid, "local cdrom image"));
        }
        if let Some(base) = volid.split_once(':').and_then(|(_, name)| name.split_once('/')).map(|(base, _)| base).filter(|base| base.starts_with("base-")) {
            return Some(aborted(&format!("Problem found while scanning volumes - can't migrate '{volid}' as it's a clone of '{base}'")));
        }
        if let Some(owner) = disks::owner(volid).filter(|owner| *owner != vmid) {
            return Some(scanned(volid, &format!("owned by other VM (owner = VM {owner})")));
        }
        if runs && guest.kind == Kind::Qemu && !cdrom && !with_disks {
            return Some(scanned(volid, "can't live migrate attached local disks without with-local-disks option"));
        }
        if runs && guest.kind == Kind::Qemu && !guest.snapshots.is_empty() {
            return Some(scanned(volid, "online storage migration not possible if snapshot exists"));
        }
    }
    None
}

pub fn begin(state: &mut State, node: &str, vmid: u32, call: &Incoming) -> Answer {
    let target = call.get("target").ok_or_else(|| wrong("target", "property is missing and it is not optional"))?.to_owned();
    if target == node {
        return Err(wrong("target", "target is local node."));
    }
    if !state.nodes.contains_key(&target) {
        return Err(say(format!("no such cluster node '{target}'")));
    }
    let guest = &state.guests[&vmid];
    if let Some(lock) = &guest.lock {
        return Err(say(format!("VM is locked ({lock})")));
    }
    let runs = guest.status == "running";
    let (kind, restart, with_disks) = (guest.kind, call.flag("restart"), call.flag("with-local-disks"));
    match kind {
        Kind::Qemu if runs && !call.flag("online") => return Err(say("can't migrate running VM without --online")),
        Kind::Lxc if runs && !restart => return Err(say("cannot migrate running container without --online or --restart")),
        _ => {}
    }
    let task = if kind == Kind::Qemu { "qmigrate" } else { "vzmigrate" };
    Ok(state.task(node, task, vmid, Some("migrate"), move |state| {
        if !state.guests.contains_key(&vmid) {
            return Err("no such VM".into());
        }
        if let Some(why) = obstacle(state, vmid, &target, with_disks) {
            return Err(why);
        }
        disks::moved(state, vmid, &target);
        if let Some(guest) = state.guests.get_mut(&vmid) {
            guest.node = target;
            if kind == Kind::Lxc && runs {
                guest.power_off();
                guest.power_on();
            }
        }
        Ok(())
    }))
}
