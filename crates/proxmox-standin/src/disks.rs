//! Volumes of the stand-in's guests. A volume belongs to the guest by whose number it is named: it goes with that one and with no other that
//! may name it, and only there it stays as an unused one when it is taken off.

use std::collections::BTreeMap;

use crate::state::{Guest, Refusal, State, say};

/// A volume that is there.
#[derive(Clone, Debug)]
pub struct Volume {
    pub gib: u64,
    /// Where it lies, on a storage that is not shared.
    pub node: String,
    /// What is on it, where it was made from bytes that were sent.
    pub content: Vec<u8>,
}

/// The volumes by their names, and how they are reached.
#[derive(Default)]
pub struct Disks {
    pub volumes: BTreeMap<String, Volume>,
    /// Small files that were sent and that a volume can be made from, by the names of their volumes.
    pub sent: BTreeMap<String, Vec<u8>>,
    pub shared: bool,
}

/// Whose volume it is.
pub fn owner(volume: &str) -> Option<u32> {
    let (_, name) = volume.split_once(':')?;
    name.rsplit('/').next()?.strip_prefix("vm-")?.split('-').next()?.parse().ok()
}

/// The volume that a drive's line names.
pub fn volume(line: &str) -> &str {
    line.split(',').next().unwrap_or_default()
}

pub fn is_drive(name: &str) -> bool {
    let numbered = |bus: &str| name.strip_prefix(bus).is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    name == "rootfs" || ["scsi", "virtio", "sata", "ide", "mp"].into_iter().any(numbered)
}

impl Disks {
    /// Makes a volume for the guest.
    pub fn allocate(&mut self, storage: &str, vmid: u32, node: &str, gib: u64) -> String {
        let names = (0..).map(|number| format!("{storage}:vm-{vmid}-disk-{number}"));
        let name = names.into_iter().find(|name| !self.volumes.contains_key(name)).unwrap_or_default();
        self.volumes.insert(name.clone(), Volume { gib, node: node.to_owned(), content: Vec::new() });
        name
    }

    /// The line of a drive as it is kept: a volume is made where a size stands, and one that is named must be there.
    pub fn drive(&mut self, vmid: u32, node: &str, asked: &str, template_gib: u64) -> Result<String, Refusal> {
        let (storage, rest) = asked.split_once(':').unwrap_or((asked, ""));
        if rest.starts_with("cloudinit") {
            return Ok(format!("{storage}:vm-{vmid}-cloudinit,media=cdrom"));
        }
        let first = volume(rest);
        let options = rest.split(',').skip(1).filter(|option| !option.starts_with("import-from=") && !option.starts_with("size="));
        let options: String = options.map(|option| format!(",{option}")).collect();
        let import = rest.split(',').find_map(|option| option.strip_prefix("import-from="));
        let (name, gib) = if let Some(source) = import {
            let content = match source.ends_with(".raw") {
                true => Some(self.sent.get(source).cloned().ok_or_else(|| say(format!("volume '{source}' does not exist")))?),
                false => None,
            };
            let gib = if content.is_some() { 1 } else { template_gib };
            let name = self.allocate(storage, vmid, node, gib);
            self.volumes.entry(name.clone()).and_modify(|volume| volume.content = content.unwrap_or_default());
            (name, gib)
        } else if let Ok(gib) = first.parse() {
            (self.allocate(storage, vmid, node, gib), gib)
        } else if owner(volume(asked)).is_some() && !asked.contains("cloudinit") {
            let there = self.volumes.get(volume(asked)).filter(|there| self.shared || there.node == node);
            let there = there.ok_or_else(|| say(format!("volume '{}' does not exist", volume(asked))))?;
            (volume(asked).to_owned(), there.gib)
        } else {
            return Ok(asked.to_owned());
        };
        Ok(format!("{name}{options},size={gib}G"))
    }

    /// Removes what is the guest's own.
    pub fn free_all(&mut self, vmid: u32) {
        self.volumes.retain(|name, _| owner(name) != Some(vmid));
    }
}

/// Takes a drive off; a volume of the guest's own becomes an unused one.
pub fn take_off(guest: &mut Guest, vmid: u32, name: &str) {
    let Some(line) = guest.config.remove(name) else { return };
    if owner(volume(&line)) == Some(vmid) && !line.contains("cdrom") {
        keep_unused(guest, volume(&line));
    }
}

/// Notes a volume as one that hangs on nothing.
pub fn keep_unused(guest: &mut Guest, volume: &str) {
    let free = (0..).map(|number| format!("unused{number}")).find(|key| !guest.config.contains_key(key)).unwrap_or_default();
    guest.config.insert(free, volume.to_owned());
}

/// Every drive of a guest that names a volume: key and line.
pub fn drives(config: &BTreeMap<String, String>) -> impl Iterator<Item = (&String, &String)> {
    config.iter().filter(|(key, line)| is_drive(key) && owner(volume(line)).is_some() && !line.contains("cdrom"))
}

/// Volumes of other guests lie where they lie; what is the guest's own goes with it.
pub fn moved(state: &mut State, vmid: u32, target: &str) {
    for (_, volume) in state.disks.volumes.iter_mut().filter(|(name, _)| owner(name) == Some(vmid)) {
        target.clone_into(&mut volume.node);
    }
}
