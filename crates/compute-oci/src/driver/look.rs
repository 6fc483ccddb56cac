//! What is there: containers, their states and figures, and what this host can do.

use std::{collections::BTreeMap, fs, io};

use compute_driver::{
    Accelerator, Capabilities, DriverError, Feature, Guest, GuestNetwork, Host, Inventory, Measurement, Reference, Status, Storage, TemplateInfo,
};
use compute_host::{
    lock::Lock,
    network as private,
    process::ProcessId,
    record::{self, trouble},
    room,
};
use tokio::task::JoinSet;

use super::{Oci, still};
use crate::{
    guest::{
        disk, network,
        place::{Place, guests},
        record::{Phase, Processes, Record, Traffic},
        runtime::Word,
    },
    host, image,
};

/// What it can do beside what every hypervisor must.
const FEATURES: [Feature; 9] = [
    Feature::Suspend,
    Feature::Resize,
    Feature::GrowDisk,
    Feature::Snapshots,
    Feature::Backups,
    Feature::BackupDownload,
    Feature::SetPassword,
    Feature::AuthoriseKey,
    Feature::UserData,
];

/// What this host can do. Where it lacks something that containers need, the answer says what.
pub(super) async fn capabilities(oci: &Oci) -> Result<Capabilities, DriverError> {
    host::check()?;
    let ready = image::TEMPLATES.iter().filter(|name| image::find(&oci.settings.images_dir, name).is_some());
    Ok(Capabilities {
        accelerator: Accelerator::None,
        accelerator_reason: "containers share the host's kernel".to_owned(),
        serial_console: true,
        console_backlog: true,
        screen_console: false,
        features: FEATURES.into_iter().chain(private::host::features()).collect(),
        templates: ready.map(|name| (*name).to_owned()).collect(),
        capacity: capacity(oci),
        plain_templates: Vec::new(),
        network_site: Some(oci.settings.networks.site()),
    })
}

/// The folder of data may not be there before the first container.
fn capacity(oci: &Oci) -> Option<compute_driver::Capacity> {
    oci.settings.data_dir.ancestors().find(|folder| folder.is_dir()).and_then(room::capacity)
}

/// This host, its data folder, the network of containers and the templates that have been built.
pub(super) async fn inventory(oci: &Oci) -> Result<Inventory, DriverError> {
    let space = capacity(oci).ok_or_else(|| DriverError::unavailable("cannot see how much room this host has"))?;
    let host = fs::read_to_string("/proc/sys/kernel/hostname").map_err(trouble("cannot see this host's name"))?.trim().to_owned();
    let networks = private::all(&oci.settings.networks)?.into_iter().map(|network| GuestNetwork { name: network.reference.to_string(), host: None });
    let built = image::TEMPLATES.iter().filter_map(|name| image::find(&oci.settings.images_dir, name).map(|found| (*name, found)));
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
            name: oci.settings.data_dir.display().to_string(),
            host: None,
            disks: true,
            backups: true,
            total_mib: space.disk_mib,
            free_mib: space.disk_free_mib,
        }],
        networks: networks.chain([GuestNetwork { name: format!("{}/16", oci.settings.network), host: None }]).collect(),
        templates: built.map(|(name, found)| TemplateInfo { name: name.to_owned(), origin: found.origin().to_owned(), disk_gib: 1 }).collect(),
    })
}

/// The container, if it is there.
pub(super) async fn find(oci: &Oci, reference: &Reference) -> Result<Option<Guest>, DriverError> {
    match oci.known(reference) {
        Ok((place, record)) => Ok(Some(guest(oci, &place, &record).await)),
        Err(_) => Ok(None),
    }
}

/// All containers of this data folder, by reference.
pub(super) async fn list(oci: &Oci) -> Result<Vec<Guest>, DriverError> {
    let entries = match fs::read_dir(guests(&oci.settings.data_dir)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(trouble("cannot list the containers")(error)),
    };
    // Drafts and trash begin with a dot, which no reference does.
    let mut references: Vec<_> = entries.flatten().filter_map(|entry| Reference::parse(entry.file_name().to_str()?).ok()).collect();
    references.sort();
    let mut asking = JoinSet::new();
    for (index, reference) in references.into_iter().enumerate() {
        let oci = oci.clone();
        asking.spawn(async move { (index, find(&oci, &reference).await) });
    }
    let mut answers = asking.join_all().await;
    answers.sort_by_key(|(index, _)| *index);
    let mut found = Vec::new();
    for (_, guest) in answers {
        found.extend(guest?);
    }
    Ok(found)
}

/// What the runtime says now.
pub(super) async fn status(oci: &Oci, reference: &Reference) -> Result<Status, DriverError> {
    match oci.known(reference) {
        Ok((place, _)) => Ok(status_of(oci, &place, reference).await),
        Err(_) => Ok(Status::Absent),
    }
}

/// What the container uses.
pub(super) async fn measure(oci: &Oci, reference: &Reference) -> Result<Measurement, DriverError> {
    let (place, _) = oci.known(reference)?;
    let processes = processes(&place);
    let counted = processes.as_ref().and_then(|known| network::counted(known.init.as_ref()?));
    let uptime = processes.as_ref().and_then(|known| known.init.as_ref()?.usage()).map(|usage| usage.uptime_us);
    let usage = if uptime.is_some() { oci.runtime(&place).usage().await.unwrap_or_default() } else { Default::default() };
    let device = processes.and_then(|known| known.device).filter(|_| uptime.is_some());
    let [disk_reads, disk_read_bytes, disk_writes, disk_written_bytes] = device.and_then(|device| disk::counters(&device)).unwrap_or_default();
    let traffic: Traffic = record::read(&place.traffic()).unwrap_or_default();
    let passed = traffic.before.plus(counted.unwrap_or(traffic.now));
    Ok(Measurement {
        uptime_us: uptime.unwrap_or(0),
        cpu_us: usage.cpu_us,
        disk_allocated_bytes: room::allocated_bytes(&place.disk())?,
        net_received_bytes: passed.received,
        net_sent_bytes: passed.sent,
        memory_used_bytes: usage.memory_bytes,
        disk_read_bytes,
        disk_written_bytes,
        disk_reads,
        disk_writes,
    })
}

/// The same of many, side by side.
pub(super) async fn measure_all(oci: &Oci, references: &[Reference]) -> Result<BTreeMap<Reference, Measurement>, DriverError> {
    let mut asking = JoinSet::new();
    for reference in references.iter().cloned() {
        let oci = oci.clone();
        asking.spawn(async move { measure(&oci, &reference).await.map(|said| (reference, said)) });
    }
    Ok(asking.join_all().await.into_iter().flatten().collect())
}

/// A container in the trait's words.
pub(super) async fn guest(oci: &Oci, place: &Place, record: &Record) -> Guest {
    let card = record.spec.card.as_ref();
    Guest {
        reference: record.spec.reference.clone(),
        status: status_of(oci, place, &record.spec.reference).await,
        template: record.spec.template.clone(),
        size: record.spec.size(),
        host: None,
        rescue: false,
        accelerator: Accelerator::None,
        ipv4: Some(card.map_or(record.ipv4, |card| card.ipv4).to_string()),
        ipv6: card.and_then(|card| card.ipv6).map(|address| address.to_string()),
        ssh: record.seat.ssh(card, record.ssh_port),
    }
}

/// Who runs the container, as far as anyone wrote it down.
pub(super) fn processes(place: &Place) -> Option<Processes> {
    record::read(&place.processes())
}

/// Whether the container's first process lives.
pub(super) fn init_runs(place: &Place) -> bool {
    processes(place).and_then(|known| known.init).as_ref().is_some_and(ProcessId::is_alive)
}

/// Whether it has come up and not ended.
pub(super) fn is_up(place: &Place) -> bool {
    processes(place).is_some_and(|known| known.phase == Phase::Running && known.init.as_ref().is_some_and(ProcessId::is_alive))
}

/// One that a caller was holding to copy its disk, and that nobody works on now, was left so by a crash: it goes on.
async fn status_of(oci: &Oci, place: &Place, reference: &Reference) -> Status {
    if still::was_left(place)
        && let Some(_lock) = Lock::guest_at_once(&oci.settings.data_dir, reference)
    {
        // Where it does not work now, the next look tries again.
        let _goes_on = still::let_go(oci, place).await;
    }
    status_at(oci, place).await
}

/// The processes and the runtime are the truth: a record that says "running" proves nothing after a crash.
pub(super) async fn status_at(oci: &Oci, place: &Place) -> Status {
    let Some(known) = processes(place) else { return Status::Stopped };
    let supervised = known.supervisor.is_alive();
    let runs = known.init.as_ref().is_some_and(ProcessId::is_alive);
    match known.phase {
        Phase::Running if runs => match oci.runtime(place).word().await {
            Some(Word::Running) => Status::Running,
            Some(Word::Paused) if place.held().exists() => Status::Running,
            Some(Word::Paused) => Status::Paused,
            // It may have ended just now.
            _ if !init_runs(place) && !supervised => Status::Stopped,
            _ => Status::Unknown,
        },
        // Its supervisor is about to notice, and knows whether it comes back.
        Phase::Running if supervised => Status::Unknown,
        Phase::Restarting if supervised => Status::Running,
        _ => Status::Stopped,
    }
}
