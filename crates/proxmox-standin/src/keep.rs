//! Snapshots, backups and files of the stand-in.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::api::Incoming;
use crate::disks::{drives, is_drive, keep_unused, volume};
use crate::state::{Answer, Guest, Kind, Refusal, Snap, State, Volume, gib, say, wrong};

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

fn snap(guest: &Guest, memory: bool) -> Snap {
    Snap { config: guest.config.clone(), files: guest.files.clone(), memory, taken: now() }
}

pub fn snapshot(state: &mut State, node: &str, vmid: u32, rest: &[&str], call: &Incoming) -> Answer {
    let raw = state.raw_storage;
    let guest = state.guests.get_mut(&vmid).unwrap();
    let missing = |name: &str| say(format!("snapshot '{name}' does not exist"));
    match (call.method.as_str(), rest) {
        ("GET", []) => {
            let mut all: Vec<_> =
                guest.snapshots.iter().map(|(name, snap)| json!({ "name": name, "snaptime": snap.taken, "vmstate": u8::from(snap.memory) })).collect();
            all.push(json!({ "name": "current", "running": u8::from(guest.status == "running") }));
            Ok(json!(all))
        }
        ("POST", []) if raw => Err(say("snapshot feature is not available")),
        ("POST", []) => {
            let (name, memory) = (call.get("snapname").unwrap_or_default().to_owned(), call.flag("vmstate"));
            if guest.snapshots.contains_key(&name) {
                return Err(say(format!("snapshot name '{name}' already used")));
            }
            Ok(state.task(node, "qmsnapshot", vmid, Some("snapshot"), move |state| {
                let Some(guest) = state.guests.get_mut(&vmid) else { return Err("no such VM".into()) };
                let taken = snap(guest, memory);
                guest.snapshots.insert(name, taken);
                Ok(())
            }))
        }
        ("POST", [name, "rollback"]) => {
            let kept = guest.snapshots.get(*name).cloned().ok_or_else(|| missing(name))?;
            Ok(state.task(node, "qmrollback", vmid, Some("rollback"), move |state| {
                let Some(guest) = state.guests.get_mut(&vmid) else { return Err("no such VM".into()) };
                guest.power_off();
                let before = std::mem::replace(&mut guest.config, kept.config);
                guest.files = kept.files;
                // A disk that the snapshot does not know hangs on nothing from now on, whoever's it is.
                let known: Vec<_> = drives(&guest.config).map(|(_, line)| volume(line).to_owned()).collect();
                for (_, line) in drives(&before).filter(|(_, line)| !known.iter().any(|one| one == volume(line))) {
                    keep_unused(guest, volume(line));
                }
                if kept.memory {
                    guest.power_on();
                }
                Ok(())
            }))
        }
        ("DELETE", [name]) => {
            if !guest.snapshots.contains_key(*name) {
                return Err(missing(name));
            }
            let name = (*name).to_owned();
            Ok(state.task(node, "qmdelsnapshot", vmid, Some("snapshot-delete"), move |state| {
                state.guests.get_mut(&vmid).and_then(|guest| guest.snapshots.remove(&name));
                Ok(())
            }))
        }
        _ => Err(Refusal { status: 501, reason: "not implemented".into(), errors: Value::Null }),
    }
}

pub fn back_up(state: &mut State, node: &str, call: &Incoming) -> Answer {
    let vmid: u32 = call.get("vmid").and_then(|text| text.parse().ok()).unwrap_or(0);
    let storage = call.get("storage").unwrap_or_default().to_owned();
    let notes = call.get("notes-template").unwrap_or_default().to_owned();
    let number = state.number();
    Ok(state.task(node, "vzdump", vmid, Some("backup"), move |state| {
        let guest = state.guests.get(&vmid).ok_or("no such VM")?;
        let word = if guest.kind == Kind::Qemu { "qemu" } else { "lxc" };
        let volid = format!("{storage}:backup/vzdump-{word}-{vmid}-{number}.vma.zst");
        state.volumes.push(Volume { storage, volid, content: "backup", notes, made: now(), kept: Some(snap(guest, false)) });
        Ok(())
    }))
}

pub fn restore(state: &mut State, node: &str, kind: Kind, vmid: u32, archive: &str, call: &Incoming) -> Answer {
    if let Some(there) = state.guests.get(&vmid) {
        if !call.flag("force") {
            return Err(say(format!("unable to restore VM {vmid} - VM {vmid} already exists on node '{}'", there.node)));
        }
        if there.status == "running" {
            return Err(say(format!("unable to restore VM {vmid} - vm is running")));
        }
    }
    let volume = state.volumes.iter().find(|volume| volume.volid == archive).cloned();
    let kept = volume.and_then(|volume| volume.kept).ok_or_else(|| say(format!("volume '{archive}' does not exist")))?;
    let node = node.to_owned();
    let given: Vec<_> = ["description", "tags"].into_iter().filter_map(|key| Some((key.to_owned(), call.get(key)?.to_owned()))).collect();
    Ok(state.task(&node.clone(), "qmrestore", vmid, None, move |state| {
        let mut guest = Guest::new(&node, kind);
        (guest.config, guest.files) = (kept.config, kept.files);
        let size = gib(&guest.config);
        guest.config.extend(given);
        // Drives that the archive left out are gone from the settings, and those of the guest that was here with it.
        guest.config.retain(|key, line| !(is_drive(key) && line.contains("backup=0")));
        state.disks.free_all(vmid);
        let disk = state.disks.allocate("local-lvm", vmid, &node, size);
        guest.config.insert("scsi0".into(), format!("{disk},size={size}G"));
        state.guests.insert(vmid, guest);
        Ok(())
    }))
}

pub fn storage(state: &mut State, method: &str, node: &str, storage: &str, rest: &[&str], call: &Incoming) -> Answer {
    match (method, rest) {
        ("GET", ["content"]) => {
            let wanted = |volume: &&Volume| volume.storage == storage && call.get("content").is_none_or(|kind| kind == volume.content);
            let show = |volume: &Volume| json!({ "volid": volume.volid, "content": volume.content, "notes": volume.notes, "ctime": volume.made, "size": 4096, "format": "vma.zst" });
            Ok(json!(state.volumes.iter().filter(wanted).map(show).collect::<Vec<_>>()))
        }
        ("DELETE", ["content", volid]) => {
            let volid = volid.replace("%2F", "/");
            Ok(state.task(node, "imgdel", 0, None, move |state| {
                state.volumes.retain(|volume| volume.volid != volid);
                state.disks.sent.remove(&volid);
                Ok(())
            }))
        }
        ("POST", ["download-url"]) => {
            let (content, file) = (call.get("content").unwrap_or_default().to_owned(), call.get("filename").unwrap_or_default());
            let volid = format!("{storage}:{content}/{file}");
            let content = if content == "import" { "import" } else { "vztmpl" };
            let storage = storage.to_owned();
            Ok(state.task(node, "download", 0, None, move |state| {
                state.volumes.push(Volume { storage, volid, content, notes: String::new(), made: now(), kept: None });
                Ok(())
            }))
        }
        ("POST", ["upload"]) => {
            let (content, file) = (call.get("content").unwrap_or_default(), call.get("filename").unwrap_or_default());
            if !matches!(content, "import" | "iso" | "vztmpl") {
                return Err(wrong("content", "value does not have a value in the enumeration 'iso, vztmpl, import'"));
            }
            let (volid, storage) = (format!("{storage}:{content}/{file}"), storage.to_owned());
            let found: String = Sha256::digest(&call.file).iter().map(|byte| format!("{byte:02x}")).collect();
            let bytes = call.file.clone();
            let fits = call.get("checksum").is_none_or(|promised| promised == found);
            Ok(state.task(node, "imgcopy", 0, None, move |state| {
                if !fits {
                    return Err("checksum mismatch".into());
                }
                state.disks.sent.insert(volid.clone(), bytes);
                state.volumes.push(Volume { storage, volid, content: "import", notes: String::new(), made: now(), kept: None });
                Ok(())
            }))
        }
        _ => Err(Refusal { status: 501, reason: "not implemented".into(), errors: Value::Null }),
    }
}
