//! Guests of the stand-in: making, cloning, removing, power, and the lists that show them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::api::Incoming;
use crate::config;
use crate::state::{Answer, Fault, Guest, Kind, Refusal, State, gib, say, wrong};

const GIB: u64 = 1 << 30;

fn words(kind: Kind, machine: &'static str, container: &'static str) -> &'static str {
    if kind == Kind::Qemu { machine } else { container }
}

fn figures(state: &State, vmid: u32) -> Value {
    let guest = &state.guests[&vmid];
    let memory: u64 = guest.config.get("memory").and_then(|text| text.parse().ok()).unwrap_or(512);
    let cores: u64 = guest.config.get("cores").and_then(|text| text.parse().ok()).unwrap_or(1);
    let uptime = guest.started.map_or(0, |at| at.elapsed().as_secs() + 1);
    let runs = guest.status == "running";
    json!({
        "vmid": vmid, "name": guest.hostname(), "status": if state.blind { "unknown" } else { guest.status }, "template": u8::from(guest.template),
        "maxmem": memory << 20, "maxdisk": gib(&guest.config) * GIB, "disk": 0, "uptime": uptime, "cpu": if runs { 0.25 } else { 0.0 },
        "mem": if runs { memory << 19 } else { 0 }, "netin": uptime * 1000, "netout": uptime * 500, "diskread": 10, "diskwrite": 20,
        "maxcpu": cores, "cpus": cores, "tags": guest.config.get("tags").cloned().unwrap_or_default(),
    })
}

pub fn resources(state: &State) -> Value {
    let mut all = Vec::new();
    for (name, online) in &state.nodes {
        all.push(json!({ "id": format!("node/{name}"), "type": "node", "node": name, "status": if *online { "online" } else { "offline" },
            "maxcpu": 8, "cpu": 0.1, "maxmem": 64_u64 << 30, "mem": if name == "pve1" { 8_u64 << 30 } else { 16_u64 << 30 } }));
        for (storage, content, shared) in [("local-lvm", "images,rootdir", state.shared), ("local", "iso,vztmpl,import", false), ("backups", "backup", true)] {
            all.push(json!({ "id": format!("storage/{name}/{storage}"), "type": "storage", "storage": storage, "node": name, "status": "available",
                "shared": u8::from(shared), "content": content, "maxdisk": 1000_u64 << 30, "disk": 100_u64 << 30, "plugintype": "lvmthin" }));
        }
    }
    for (vmid, guest) in &state.guests {
        let mut entry = figures(state, *vmid);
        let kind = words(guest.kind, "qemu", "lxc");
        entry["id"] = json!(format!("{kind}/{vmid}"));
        entry["type"] = json!(kind);
        entry["node"] = json!(guest.node);
        all.push(entry);
    }
    json!(all)
}

pub fn current(state: &State, vmid: u32) -> Value {
    let guest = &state.guests[&vmid];
    let mut said = figures(state, vmid);
    said["qmpstatus"] = json!(guest.qmp);
    said["status"] = json!(guest.status);
    said["lock"] = json!(guest.lock);
    if state.old {
        said.as_object_mut().unwrap().remove("tags");
    }
    said
}

pub fn create(state: &mut State, node: &str, kind: Kind, call: &Incoming) -> Answer {
    let vmid: u32 = call.get("vmid").and_then(|text| text.parse().ok()).ok_or_else(|| wrong("vmid", "property is missing and it is not optional"))?;
    let archive = call.get("archive").or_else(|| call.get("ostemplate").filter(|_| call.flag("restore")));
    if let Some(archive) = archive {
        return crate::keep::restore(state, node, kind, vmid, archive, call);
    }
    if let Some(there) = state.guests.get(&vmid) {
        let on = there.node.clone();
        return Err(say(format!("unable to create {} {vmid} - {0} {vmid} already exists on node '{on}'", words(kind, "VM", "CT"))));
    }
    if state.storage_full {
        state.task_fault =
            Some(Fault::TaskEnds("unable to create VM - lvcreate 'pve/vm-1' error: Volume group \"pve\" has insufficient free space (0 extents)".into()));
    }
    let mut guest = Guest::new(node, kind);
    let pairs: Vec<_> = call.params.iter().filter(|(name, _)| !["vmid", "pool", "ostemplate", "force", "storage"].contains(&name.as_str())).cloned().collect();
    let failing = matches!(state.task_fault, Some(Fault::TaskEnds(_)));
    if !failing {
        config::write(&mut state.disks, &mut guest, vmid, &pairs, 1)?;
    }
    // The configuration's file is there at once, and locked; what it says comes with the task's end.
    state.guests.insert(vmid, Guest::new(node, kind));
    let made = move |state: &mut State| {
        state.guests.insert(vmid, guest);
        Ok(())
    };
    let upid = state.task(node, words(kind, "qmcreate", "vzcreate"), vmid, Some("create"), made);
    if failing {
        state.guests.remove(&vmid);
    }
    Ok(upid)
}

pub fn clone(state: &mut State, node: &str, vmid: u32, call: &Incoming) -> Answer {
    let newid: u32 = call.get("newid").and_then(|text| text.parse().ok()).unwrap_or(0);
    if let Some(there) = state.guests.get(&newid) {
        return Err(say(format!("unable to create VM {newid} - VM {newid} already exists on node '{}'", there.node)));
    }
    let (full, storage, target) = (call.flag("full"), call.get("storage"), call.get("target").unwrap_or(node).to_owned());
    if !full && storage.is_some() {
        return Err(wrong("storage", "parameter 'storage' not allowed for linked clones"));
    }
    if target != node && !state.shared {
        return Err(say(format!("Can't clone VM to node '{target}' (VM uses local storage)")));
    }
    if state.storage_full {
        state.task_fault = Some(Fault::TaskEnds("clone failed: lvcreate error: no free space left in pool".into()));
    }
    let source = &state.guests[&vmid];
    let mut guest = Guest::new(&target, source.kind);
    guest.config = source.config.clone();
    let size = gib(&source.config);
    guest.config.extend(["name", "description"].into_iter().filter_map(|key| Some((key.to_owned(), call.get(key)?.to_owned()))));
    guest.files = source.files.clone();
    // Until it is done the new configuration says nothing but that it is locked.
    let mut unfinished = Guest::new(&target, source.kind);
    unfinished.lock = Some("clone".into());
    state.guests.insert(newid, unfinished);
    let failing = state.task_fault.as_ref().is_some_and(|fault| matches!(fault, Fault::TaskEnds(_)));
    let upid = state.task(node, "qmclone", vmid, None, move |state| {
        if state.nodes.get(&target) == Some(&true) {
            let disk = state.disks.allocate("local-lvm", newid, &target, size);
            guest.config.insert("scsi0".into(), format!("{disk},size={size}G"));
            state.guests.insert(newid, guest);
            Ok(())
        } else {
            state.guests.remove(&newid);
            Err("clone failed: cluster not ready - no quorum?".into())
        }
    });
    if failing {
        state.guests.remove(&newid);
    }
    Ok(upid)
}

pub fn destroy(state: &mut State, node: &str, vmid: u32) -> Answer {
    let guest = &state.guests[&vmid];
    let kind = guest.kind;
    if guest.status == "running" {
        return Err(say(format!("{} {vmid} is running - destroy failed", words(kind, "VM", "CT"))));
    }
    if let Some(lock) = &guest.lock {
        return Err(say(format!("VM is locked ({lock})")));
    }
    if guest.config.get("protection").is_some_and(|flag| flag == "1") {
        return Err(say(format!("can't remove VM {vmid} - protection mode enabled")));
    }
    Ok(state.task(node, words(kind, "qmdestroy", "vzdestroy"), vmid, None, move |state| {
        state.guests.remove(&vmid);
        state.disks.free_all(vmid);
        Ok(())
    }))
}

pub fn power(state: &mut State, node: &str, vmid: u32, verb: &str, call: &Incoming) -> Answer {
    if state.old && call.get("overrule-shutdown").is_some() {
        return Err(wrong("overrule-shutdown", "property is not defined in schema and the schema does not allow additional properties"));
    }
    let guest = &state.guests[&vmid];
    let (kind, runs, lock) = (guest.kind, guest.status == "running", guest.lock.clone());
    // At the start of a guest a lock is the task's exit status; elsewhere it is the answer.
    let locked = lock.map(|lock| format!("VM is locked ({lock})"));
    match verb {
        "start" if runs => return Err(say(format!("VM {vmid} already running"))),
        "reset" | "reboot" | "suspend" | "resume" if !runs => return Err(say(format!("VM {vmid} not running"))),
        _ => {}
    }
    let task = format!(
        "{}{}",
        words(kind, "qm", "vz"),
        match verb {
            "suspend" => "pause",
            verb => verb,
        }
    );
    let verb = verb.to_owned();
    Ok(state.task(node, &task, vmid, None, move |state| {
        if let Some(locked) = locked {
            return Err(locked);
        }
        let bridge = state.guests.get(&vmid).and_then(|guest| crate::sdn::missing_bridge(state, &guest.config));
        let Some(guest) = state.guests.get_mut(&vmid) else { return Err("no such VM".into()) };
        if let Some(bridge) = bridge.filter(|_| verb == "start") {
            return Err(format!("bridge '{bridge}' does not exist"));
        }
        match verb.as_str() {
            "start" | "reset" | "reboot" => guest.power_on(),
            "shutdown" if guest.ignores_button => return Err("VM quit/powerdown failed - got timeout".into()),
            "stop" | "shutdown" => guest.power_off(),
            "suspend" => guest.qmp = "paused",
            _ => guest.qmp = "running",
        }
        Ok(())
    }))
}

pub fn tasks(state: &mut State, node: &str, rest: &[&str], call: &Incoming) -> Answer {
    match rest {
        [] => {
            let wanted = |task: &&crate::state::Task| {
                task.node == node
                    && call.get("vmid").is_none_or(|vmid| vmid == task.vmid.to_string())
                    && call.get("typefilter").is_none_or(|kind| kind == task.kind)
            };
            Ok(json!(state.tasks.iter().filter(wanted).map(|task| json!({ "upid": task.upid, "type": task.kind, "node": task.node })).collect::<Vec<_>>()))
        }
        [upid, what] => {
            let task = state.tasks.iter().find(|task| task.upid == *upid && task.node == node).ok_or_else(|| say("no such task"))?;
            match *what {
                "status" => Ok(match &task.exit {
                    None => json!({ "status": "running", "upid": upid }),
                    Some(exit) => json!({ "status": "stopped", "exitstatus": exit, "upid": upid }),
                }),
                _ => {
                    let end = format!("TASK ERROR: {}", task.exit.clone().unwrap_or_default());
                    let lines = std::iter::once(format!("working on {}", task.kind)).chain(task.log.iter().cloned()).chain(std::iter::once(end));
                    Ok(json!(lines.enumerate().map(|(at, text)| json!({ "n": at + 1, "t": text })).collect::<Vec<_>>()))
                }
            }
        }
        _ => Err(Refusal { status: 501, reason: "not implemented".into(), errors: Value::Null }),
    }
}

pub fn agent(state: &mut State, vmid: u32, rest: &[&str], call: &Incoming) -> Answer {
    let guest = state.guests.get_mut(&vmid).unwrap();
    if !guest.agent || guest.status != "running" {
        return Err(say("QEMU guest agent is not running"));
    }
    match rest {
        ["exec"] => {
            guest.keys_added.push(call.get("input-data").unwrap_or_default().trim().to_owned());
            Ok(json!({ "pid": 7 }))
        }
        ["exec-status"] => Ok(json!({ "exited": true, "exitcode": 0 })),
        ["network-get-interfaces"] => Ok(json!({ "result": [{ "name": "lo", "ip-addresses": [{ "ip-address": "127.0.0.1" }] },
            { "name": "eth0", "ip-addresses": [{ "ip-address": "fe80::1" }, { "ip-address": "10.9.9.8" }] }] })),
        ["set-user-password"] => {
            let hash = call.get("password").filter(|_| call.flag("crypted")).unwrap_or("plain").to_owned();
            guest.config.insert("_password".into(), hash);
            Ok(json!({ "result": {} }))
        }
        _ => Ok(json!({ "result": {} })),
    }
}

/// How long a console's listener waits, and how long its ticket lives.
pub fn expired(made: Instant) -> bool {
    made.elapsed() > Duration::from_secs(40)
}
