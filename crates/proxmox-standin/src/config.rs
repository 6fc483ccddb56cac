//! Settings of the stand-in's guests: what is taken, what waits for a restart, and what is never shown.

use serde_json::{Value, json};

use crate::api::Incoming;
use crate::disks::{Disks, is_drive, owner, take_off, volume};
use crate::state::{Answer, Fault, Guest, Kind, Refusal, State, gib, say, wrong};

/// Writes settings, as creating and changing do.
pub fn write(disks: &mut Disks, guest: &mut Guest, vmid: u32, pairs: &[(String, String)], template_gib: u64) -> Result<(), Refusal> {
    for (name, value) in pairs {
        if name == "sshkeys" && !value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%".contains(&b)) {
            return Err(wrong("sshkeys", "invalid format - invalid urlencoded string: it has\nraw characters"));
        }
        if is_drive(name) {
            let line = disks.drive(vmid, &guest.node.clone(), value, template_gib)?;
            if guest.config.get(name).is_some_and(|old| volume(old) != volume(&line)) {
                take_off(guest, vmid, name);
                if value.contains("import-from") {
                    guest.files.clear();
                }
            }
            // What hangs somewhere is no longer unused.
            guest.config.retain(|key, kept| !(key.starts_with("unused") && volume(kept) == volume(&line)));
            guest.config.insert(name.clone(), line);
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

/// The settings: with those that wait for a restart, or those that are in force.
pub fn show(state: &State, vmid: u32, in_force: bool) -> Value {
    let guest = &state.guests[&vmid];
    let mut said = json!({ "digest": digest(guest) });
    let waiting = guest.pending.iter().filter(|_| !in_force);
    let kept = guest.config.iter().filter(|(name, _)| in_force || !guest.pending_deletes.contains(*name));
    for (name, value) in kept.chain(waiting).filter(|(name, _)| !name.starts_with('_')) {
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
    all.extend(guest.pending_deletes.iter().map(|key| json!({ "key": key, "value": guest.config.get(key), "delete": 1 })));
    json!(all)
}

pub fn change(state: &mut State, node: &str, vmid: u32, call: &Incoming) -> Answer {
    // A task that will fail changes nothing.
    if call.method == "POST" && matches!(state.task_fault, Some(Fault::TaskEnds(_))) {
        return Ok(state.task(node, "qmconfig", vmid, None, |_| Ok(())));
    }
    let template = gib(&state.guests[&9000].config);
    state.disks.shared = state.shared;
    let State { guests, disks, hotplug, .. } = state;
    let guest = guests.get_mut(&vmid).unwrap();
    if let Some(lock) = &guest.lock {
        return Err(say(format!("VM is locked ({lock})")));
    }
    if call.get("digest").is_some_and(|given| given != digest(guest)) {
        return Err(say("detected modified configuration - file changed by other user? Try again."));
    }
    let names = |parameter: &str| call.get(parameter).unwrap_or_default().split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    for name in names("revert") {
        guest.pending.remove(&name);
        guest.pending_deletes.remove(&name);
    }
    let runs = guest.status == "running" && guest.kind == Kind::Qemu;
    let mut problem = None;
    for name in names("delete") {
        if guest.config.get("protection").is_some_and(|flag| flag == "1") && (is_drive(&name) || name.starts_with("unused")) {
            return Err(say(format!("can't remove drive '{name}' - protection mode enabled")));
        }
        if is_drive(&name) && runs && (guest.clings || !*hotplug) {
            if guest.clings {
                problem = Some((name.clone(), format!("hotplug problem - error on hot-unplugging device '{name}'")));
            }
            guest.pending_deletes.insert(name);
        } else if is_drive(&name) {
            take_off(guest, vmid, &name);
        } else if let Some(unused) = guest.config.remove(&name).filter(|_| name.starts_with("unused"))
            && owner(&unused) == Some(vmid)
        {
            disks.volumes.remove(&unused);
        }
    }
    let pairs: Vec<_> = call.params.iter().filter(|(name, _)| !["delete", "digest", "revert", "current"].contains(&name.as_str())).cloned().collect();
    let waits = |name: &str| ["cores", "sockets", "memory"].contains(&name) || (is_drive(name) && (guest.clings || !*hotplug));
    if runs {
        let (later, now): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| waits(name));
        for (name, value) in later {
            if is_drive(&name) && guest.clings {
                problem = Some((name.clone(), format!("hotplug problem - adding drive failed: no PCI slot for '{name}'")));
            }
            if guest.config.get(&name) == Some(&value) {
                guest.pending.remove(&name)
            } else {
                guest.pending.insert(name, value)
            };
        }
        write(disks, guest, vmid, &now, template)?;
    } else {
        write(disks, guest, vmid, &pairs, template)?;
    }
    match (call.method.as_str(), problem) {
        ("PUT", None) => Ok(Value::Null),
        ("PUT", Some((name, text))) => Err(wrong(&name, &text)),
        (_, problem) => Ok(state
            .task(node, "qmconfig", vmid, None, |_| problem.map_or(Ok(()), |(name, text)| Err(format!("400 Parameter verification failed. {name}: {text}"))))),
    }
}

/// Makes a disk larger, whoever's it is: where the guest names it, and at the volume itself.
pub fn resize(state: &mut State, node: &str, vmid: u32, call: &Incoming) -> Answer {
    let (old, name) = (state.old, call.get("disk").unwrap_or_default().to_owned());
    let guest = state.guests.get_mut(&vmid).unwrap();
    if let Some(lock) = &guest.lock {
        return Err(say(format!("VM is locked ({lock})")));
    }
    let Some(line) = guest.config.get(&name).cloned() else { return Err(say(format!("disk '{name}' does not exist"))) };
    let size: u64 = call.get("size").and_then(|text| text.trim_end_matches('G').parse().ok()).unwrap_or(0);
    let noted: u64 = line.split("size=").nth(1).and_then(|rest| rest.trim_end_matches('G').parse().ok()).unwrap_or(0);
    let before = state.disks.volumes.get(volume(&line)).map_or(noted, |there| there.gib);
    if size < before {
        return Err(say("shrinking disks is not supported"));
    }
    if state.storage_full && size > before {
        state.task_fault = Some(Fault::TaskEnds("lvextend error: Insufficient free space: 256 extents needed, but only 0 available".into()));
    }
    let grown = move |state: &mut State| {
        if let Some(there) = state.disks.volumes.get_mut(volume(&line)) {
            there.gib = size;
        }
        if let Some(guest) = state.guests.get_mut(&vmid) {
            guest.config.insert(name, line.replace(&format!("size={noted}G"), &format!("size={size}G")));
        }
        Ok(())
    };
    if old { grown(state).map(|()| Value::Null).map_err(|text: String| say(text)) } else { Ok(state.task(node, "resize", vmid, None, grown)) }
}
