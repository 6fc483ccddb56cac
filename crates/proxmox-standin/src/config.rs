//! Settings of the stand-in's guests: what is taken, what waits for a restart, and what is never shown.

use serde_json::{Value, json};

use crate::api::Incoming;
use crate::state::{Answer, Guest, Kind, State, gib, say, wrong};

/// Disks are written as they are asked for and kept as they are made.
fn disk(vmid: u32, number: usize, value: &str, template_gib: u64) -> String {
    let (storage, rest) = value.split_once(':').unwrap_or((value, ""));
    if rest.starts_with("cloudinit") {
        return format!("{storage}:vm-{vmid}-cloudinit,media=cdrom");
    }
    if value.contains("import-from=") {
        return format!("{storage}:vm-{vmid}-disk-{number},size={template_gib}G");
    }
    match rest.split(',').next().unwrap_or_default().parse::<u64>() {
        Ok(size) => format!("{storage}:vm-{vmid}-disk-{number},size={size}G"),
        Err(_) => value.to_owned(),
    }
}

fn is_disk(name: &str) -> bool {
    ["scsi", "virtio", "sata", "ide", "rootfs"].iter().any(|bus| name.starts_with(bus) && name != "scsihw")
}

/// Writes settings, as creating and changing do.
pub fn write(guest: &mut Guest, vmid: u32, pairs: &[(String, String)], template_gib: u64) -> Result<(), crate::state::Refusal> {
    for (name, value) in pairs {
        if name == "sshkeys" && !value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%".contains(&b)) {
            return Err(wrong("sshkeys", "invalid format - invalid urlencoded string: it has\nraw characters"));
        }
        if is_disk(name) {
            if let Some(old) = guest.config.get(name).filter(|old| old.contains("disk") && value.contains("import-from")).cloned() {
                guest.config.insert("unused0".into(), old.split(',').next().unwrap_or_default().to_owned());
                guest.files.clear();
            }
            let number = guest.config.len();
            guest.config.insert(name.clone(), disk(vmid, number, value, template_gib));
        } else {
            guest.config.insert(name.clone(), value.clone());
        }
    }
    Ok(())
}

/// A number that changes with the settings; optimistic locking compares it.
fn digest(guest: &Guest) -> String {
    let text = format!("{:?}", guest.config);
    format!("{:040x}", text.bytes().fold(5381_u64, |sum, byte| sum.wrapping_mul(33) ^ u64::from(byte)))
}

pub fn show(state: &State, vmid: u32) -> Value {
    let guest = &state.guests[&vmid];
    let mut said = json!({ "digest": digest(guest) });
    for (name, value) in guest.config.iter().chain(&guest.pending).filter(|(name, _)| !name.starts_with('_')) {
        let shown = if name == "cipassword" { "**********" } else { value.as_str() };
        said[name] = shown.parse::<u64>().map_or_else(|_| json!(shown), |number| json!(number));
    }
    if let Some(lock) = &guest.lock {
        said["lock"] = json!(lock);
    }
    said
}

pub fn pending(state: &State, vmid: u32) -> Value {
    let guest = &state.guests[&vmid];
    let mut all: Vec<_> = guest.config.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    all.extend(guest.pending.iter().map(|(key, value)| json!({ "key": key, "value": guest.config.get(key), "pending": value })));
    json!(all)
}

pub fn change(state: &mut State, node: &str, vmid: u32, call: &Incoming) -> Answer {
    let template = gib(&state.guests[&9000].config);
    let guest = state.guests.get_mut(&vmid).unwrap();
    if let Some(lock) = &guest.lock {
        return Err(say(format!("VM is locked ({lock})")));
    }
    if call.get("digest").is_some_and(|given| given != digest(guest)) {
        return Err(say("detected modified configuration - file changed by other user? Try again."));
    }
    for name in call.get("delete").unwrap_or_default().split(',').filter(|name| !name.is_empty()) {
        guest.config.remove(name);
    }
    let pairs: Vec<_> = call.params.iter().filter(|(name, _)| !["delete", "digest"].contains(&name.as_str())).cloned().collect();
    let waits = |name: &str| ["cores", "sockets", "memory"].contains(&name);
    if guest.status == "running" && guest.kind == Kind::Qemu {
        let (later, now): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| waits(name));
        for (name, value) in later {
            if guest.config.get(&name) == Some(&value) {
                guest.pending.remove(&name)
            } else {
                guest.pending.insert(name, value)
            };
        }
        write(guest, vmid, &now, template)?;
    } else {
        write(guest, vmid, &pairs, template)?;
    }
    Ok(if call.method == "PUT" { Value::Null } else { state.task(node, "qmconfig", vmid, None, |_| Ok(())) })
}

pub fn resize(state: &mut State, node: &str, vmid: u32, call: &Incoming) -> Answer {
    let (old, name) = (state.old, call.get("disk").unwrap_or_default().to_owned());
    let guest = state.guests.get_mut(&vmid).unwrap();
    let Some(value) = guest.config.get(&name).cloned() else { return Err(say(format!("disk '{name}' does not exist"))) };
    let size: u64 = call.get("size").and_then(|text| text.trim_end_matches('G').parse().ok()).unwrap_or(0);
    let before = gib(&guest.config);
    if size < before {
        return Err(say("shrinking disks is not supported"));
    }
    guest.config.insert(name, value.replace(&format!("size={before}G"), &format!("size={size}G")));
    Ok(if old { Value::Null } else { state.task(node, "resize", vmid, None, |_| Ok(())) })
}
