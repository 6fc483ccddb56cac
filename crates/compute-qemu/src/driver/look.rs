//! What is there: guests, their states and figures, and what this host can do. Reading changes nothing.

use std::{collections::BTreeMap, fs};

use compute_driver::{
    Accelerator, Capabilities, DriverError, Feature, Guest, GuestNetwork, Host, Inventory, Measurement, Reference, Size, Status, Storage, TemplateInfo,
};
use compute_host::{network, room};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Qemu, reshape};
use crate::{
    accelerator,
    guest::{
        disk,
        place::{Place, guests},
        record::{self, Processes, Record, Traffic, trouble},
        seed,
    },
    image,
    qmp::{Qmp, QmpError},
    supervisor::Orders,
};

/// What it can do beside what every hypervisor must.
const FEATURES: [Feature; 12] = [
    Feature::Suspend,
    Feature::Resize,
    Feature::GrowDisk,
    Feature::Snapshots,
    Feature::MemorySnapshots,
    Feature::Backups,
    Feature::BackupDownload,
    Feature::SetPassword,
    Feature::AuthoriseKey,
    Feature::UserData,
    Feature::Images,
    Feature::Disks,
];

/// What this host can do.
pub(super) async fn capabilities(qemu: &Qemu) -> Result<Capabilities, DriverError> {
    let (accelerator, reason) = accelerator::choose(qemu.settings.accelerator);
    let ready = image::TEMPLATES.iter().filter(|name| image::find(&qemu.settings.images_dir, name).is_some());
    // The tiny template is the rescue system.
    let rescue = image::find(&qemu.settings.images_dir, image::RESCUE).map(|_| Feature::Rescue);
    Ok(Capabilities {
        accelerator,
        accelerator_reason: reason.to_owned(),
        serial_console: true,
        console_backlog: true,
        screen_console: true,
        features: FEATURES.into_iter().chain(rescue).chain(network::host::features()).collect(),
        templates: ready.map(|name| (*name).to_owned()).chain(image::imported::names(&qemu.settings.data_dir)).collect(),
        capacity: room::capacity(&qemu.settings.data_dir),
        plain_templates: Vec::new(),
        network_site: Some(qemu.settings.networks.site()),
    })
}

/// This host, its data folder, QEMU's own network and the templates that have been built.
pub(super) async fn inventory(qemu: &Qemu) -> Result<Inventory, DriverError> {
    let space = room::capacity(&qemu.settings.data_dir).ok_or_else(|| DriverError::unavailable("cannot see how much room this host has"))?;
    let host = fs::read_to_string("/proc/sys/kernel/hostname").map_err(trouble("cannot see this host's name"))?.trim().to_owned();
    let data_dir = &qemu.settings.data_dir;
    let built = image::TEMPLATES.iter().filter_map(|name| Some(((*name).to_owned(), image::find(&qemu.settings.images_dir, name)?)));
    let built = built.chain(image::imported::names(data_dir).into_iter().filter_map(|name| Some((name.clone(), image::imported::find(data_dir, &name)?))));
    let private = network::all(&qemu.settings.networks)?.into_iter().map(|network| GuestNetwork { name: network.reference.to_string(), host: None });
    Ok(Inventory {
        hosts: vec![Host {
            name: host,
            online: true,
            takes_guests: true,
            cpus: space.cpus,
            cpu_permille: None,
            memory_mib: space.memory_mib,
            memory_used_mib: space.memory_mib.saturating_sub(room::memory_mib("MemAvailable:").unwrap_or(0)),
        }],
        storages: vec![Storage {
            name: qemu.settings.data_dir.display().to_string(),
            host: None,
            disks: true,
            backups: true,
            total_mib: space.disk_mib,
            free_mib: space.disk_free_mib,
        }],
        networks: private.chain([GuestNetwork { name: "user".to_owned(), host: None }]).collect(),
        templates: built.map(|(name, found)| TemplateInfo { name, origin: found.origin(), disk_gib: found.disk_gib() }).collect(),
    })
}

/// The guest, if it is there.
pub(super) async fn find(qemu: &Qemu, reference: &Reference) -> Result<Option<Guest>, DriverError> {
    match qemu.known(reference) {
        Ok((place, record)) => Ok(Some(guest(qemu, &place, &record).await)),
        Err(_) => Ok(None),
    }
}

/// All guests of this data folder, by reference.
pub(super) async fn list(qemu: &Qemu) -> Result<Vec<Guest>, DriverError> {
    let dir = guests(&qemu.settings.data_dir);
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(trouble("cannot list the guests")(error)),
    };
    // Drafts and trash begin with a dot, which no reference does.
    let mut references: Vec<_> = entries.flatten().filter_map(|entry| Reference::parse(entry.file_name().to_str()?).ok()).collect();
    references.sort();
    // Side by side, so that one QEMU which does not answer holds up the list once and not once per guest.
    let mut asking = JoinSet::new();
    for (index, reference) in references.into_iter().enumerate() {
        let qemu = qemu.clone();
        asking.spawn(async move { (index, find(&qemu, &reference).await) });
    }
    let mut answers = asking.join_all().await;
    answers.sort_by_key(|(index, _)| *index);
    let mut found = Vec::new();
    for (_, guest) in answers {
        found.extend(guest?);
    }
    Ok(found)
}

/// What QEMU says now.
pub(super) async fn status(qemu: &Qemu, reference: &Reference) -> Result<Status, DriverError> {
    match qemu.known(reference) {
        Ok((place, _)) => Ok(status_at(&place).await),
        Err(_) => Ok(Status::Absent),
    }
}

/// What the guest uses.
pub(super) async fn measure(qemu: &Qemu, reference: &Reference) -> Result<Measurement, DriverError> {
    let (place, _) = qemu.known(reference)?;
    let usage = processes(&place).and_then(|processes| processes.emulator.usage());
    let traffic: Traffic = record::read(&place.traffic()).unwrap_or_default();
    let disk_use = if usage.is_some() { reshape::disk_counters(&place).await.unwrap_or_default() } else { disk::Counters::default() };
    Ok(Measurement {
        uptime_us: usage.as_ref().map_or(0, |usage| usage.uptime_us),
        cpu_us: usage.as_ref().map_or(0, |usage| usage.cpu_us),
        disk_allocated_bytes: disk::allocated_bytes(&place.disk())?,
        net_received_bytes: traffic.received_bytes,
        net_sent_bytes: traffic.sent_bytes,
        memory_used_bytes: usage.as_ref().map_or(0, |usage| usage.memory_bytes),
        disk_read_bytes: disk_use.read_bytes,
        disk_written_bytes: disk_use.written_bytes,
        disk_reads: disk_use.reads,
        disk_writes: disk_use.writes,
    })
}

/// The same of many, side by side: one QEMU that does not answer holds up nobody else.
pub(super) async fn measure_all(qemu: &Qemu, references: &[Reference]) -> Result<BTreeMap<Reference, Measurement>, DriverError> {
    let mut asking = JoinSet::new();
    for reference in references.iter().cloned() {
        let qemu = qemu.clone();
        asking.spawn(async move { measure(&qemu, &reference).await.map(|said| (reference, said)) });
    }
    Ok(asking.join_all().await.into_iter().flatten().collect())
}

/// A guest in the trait's words.
pub(super) async fn guest(qemu: &Qemu, place: &Place, record: &Record) -> Guest {
    let status = status_at(place).await;
    let started_with = processes(place).filter(|_| status != Status::Stopped).map(|processes| processes.accelerator);
    Guest {
        reference: record.spec.reference.clone(),
        status,
        template: record.spec.template.clone(),
        size: record.spec.size(),
        host: None,
        rescue: record.rescue,
        accelerator: started_with.unwrap_or_else(|| current_accelerator(qemu)),
        ipv4: Some(record.spec.card.as_ref().map_or_else(|| seed::ADDRESS.to_owned(), |card| card.ipv4.to_string())),
        ipv6: record.spec.card.as_ref().and_then(|card| card.ipv6).map(|address| address.to_string()),
        ssh: record.seat.ssh(record.spec.card.as_ref(), record.ssh_port),
    }
}

pub(super) fn current_accelerator(qemu: &Qemu) -> Accelerator {
    accelerator::choose(qemu.settings.accelerator).0
}

/// Who runs the guest, as far as anyone wrote it down.
pub(super) fn processes(place: &Place) -> Option<Processes> {
    record::read(&place.processes())
}

/// How large the guest is that runs; its record may wait for a restart.
pub(super) fn running_size(place: &Place) -> Option<Size> {
    record::read::<Orders>(&place.orders())?.size
}

/// Whether QEMU runs for this guest.
pub(super) fn emulator_runs(place: &Place) -> bool {
    processes(place).is_some_and(|processes| processes.emulator.is_alive())
}

/// The socket is the truth: a record that says "running" proves nothing after a crash.
pub(super) async fn status_at(place: &Place) -> Status {
    let said = async { Qmp::connect(&place.qmp()).await?.execute("query-status", json!({})).await };
    match said.await {
        Ok(answer) => status_of(&answer),
        Err(QmpError::NobodyThere) if !emulator_runs(place) => Status::Stopped,
        Err(QmpError::Cut(_)) if !emulator_runs(place) => Status::Stopped,
        Err(_) => Status::Unknown,
    }
}

/// QEMU's run states (`qapi/run-state.json`); those that name trouble, and words of later versions, are unknown.
fn status_of(answer: &Value) -> Status {
    match answer.get("status").and_then(Value::as_str) {
        Some("running") => Status::Running,
        Some("paused" | "suspended" | "prelaunch" | "inmigrate") => Status::Paused,
        _ => Status::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_we_do_not_know_are_never_success() {
        assert_eq!(status_of(&json!({ "status": "running" })), Status::Running);
        assert_eq!(status_of(&json!({ "status": "paused" })), Status::Paused);
        for word in ["internal-error", "io-error", "guest-panicked", "a-word-of-2030"] {
            assert_eq!(status_of(&json!({ "status": word })), Status::Unknown, "{word}");
        }
        assert_eq!(status_of(&json!({})), Status::Unknown);
    }
}
