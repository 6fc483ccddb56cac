//! Power: starting through a supervisor, stopping, and the two buttons.

use std::{fs, io, path::PathBuf, time::Duration};

use compute_driver::{DriverError, Reference, Status, is_image};
use serde_json::{Value, json};
use tokio::{
    net::UnixStream,
    time::{Instant, sleep},
};

use super::{
    Qemu,
    look::{current_accelerator, emulator_runs, processes, status_at},
    network,
};
use crate::{
    guest::{
        command, extra,
        lock::Lock,
        place::Place,
        port,
        record::{self, Ending, Record, trouble},
    },
    image,
    process::ProcessId,
    qmp::{Qmp, QmpError},
    supervisor::Orders,
};

/// QEMU is up in a fraction of a second; a starved host needs more.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// After this a QEMU that was told to quit is killed.
const QUIT_PATIENCE: Duration = Duration::from_secs(5);
/// A process that does not die of SIGKILL hangs in the kernel, usually on a disk.
const KILL_PATIENCE: Duration = Duration::from_secs(10);
/// Lines of QEMU's output that a failure carries.
const LOG_LINES: usize = 40;

/// Powers on and waits until QEMU answers.
pub(super) async fn start(qemu: &Qemu, reference: &Reference) -> Result<(), DriverError> {
    qemu.known(reference)?;
    let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    start_locked(qemu, reference).await
}

/// The same for a caller that holds the guest's lock.
pub(super) async fn start_locked(qemu: &Qemu, reference: &Reference) -> Result<(), DriverError> {
    let (place, record) = qemu.known(reference)?;
    match status_at(&place).await {
        Status::Running => return attend(qemu, &place).await,
        Status::Paused => return told(&place, "cont", json!({})).await,
        Status::Stopped => {}
        Status::Unknown | Status::Absent => {
            return Err(DriverError::unavailable("QEMU runs but does not answer"));
        }
    }
    // What an ended machine left is cleared away; its supervisor may be in the middle of doing so.
    cut(&place).await?;
    let record = with_free_port(qemu, &place, record).await?;
    brought_up(qemu, &place, &record, Begin::Running).await
}

/// Starts QEMU with its processors held, for a memory that is loaded next. The caller holds the guest's lock.
pub(super) async fn launch_held(qemu: &Qemu, place: &Place, record: &Record) -> Result<(), DriverError> {
    let record = with_free_port(qemu, place, record.clone()).await?;
    brought_up(qemu, place, &record, Begin::Held).await
}

async fn brought_up(qemu: &Qemu, place: &Place, record: &Record, begin: Begin) -> Result<(), DriverError> {
    launch(qemu, place, record, begin).await?;
    let outcome = await_status(place, begin.shows()).await;
    if outcome.is_err() {
        cut(place).await?;
    }
    outcome
}

/// How QEMU begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begin {
    Running,
    Held,
}

impl Begin {
    fn shows(self) -> Status {
        match self {
            Self::Running => Status::Running,
            Self::Held => Status::Paused,
        }
    }
}

/// Cuts the power.
pub(super) async fn stop(qemu: &Qemu, reference: &Reference) -> Result<(), DriverError> {
    let (place, _) = qemu.known(reference)?;
    let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    cut(&place).await
}

/// Presses the power button. A stopped guest has nothing to obey with, which is what was wanted.
pub(super) async fn shutdown(qemu: &Qemu, reference: &Reference) -> Result<(), DriverError> {
    let (place, _) = qemu.known(reference)?;
    match status_at(&place).await {
        Status::Stopped => Ok(()),
        _ => told(&place, "system_powerdown", json!({})).await,
    }
}

/// Presses Ctrl-Alt-Delete, which init takes as "restart in order"; ACPI has no button for it.
pub(super) async fn reboot(qemu: &Qemu, reference: &Reference) -> Result<(), DriverError> {
    let (place, _) = qemu.known(reference)?;
    let keys: Vec<Value> = ["ctrl", "alt", "delete"].map(|key| json!({ "type": "qcode", "data": key })).to_vec();
    told(&place, "send-key", json!({ "keys": keys })).await
}

/// Presses the reset button.
pub(super) async fn reset(qemu: &Qemu, reference: &Reference) -> Result<(), DriverError> {
    let (place, _) = qemu.known(reference)?;
    told(&place, "system_reset", json!({})).await
}

/// Ends QEMU and its supervisor and clears away their sockets. The caller holds the guest's lock.
pub(super) async fn cut(place: &Place) -> Result<(), DriverError> {
    // Quitting lets QEMU close the disk in order; what it answers does not matter, for its end is awaited.
    if let Ok(mut line) = Qmp::connect(&place.qmp()).await {
        let _quitting = line.execute("quit", json!({})).await;
    }
    if let Some(processes) = processes(place) {
        if !within(QUIT_PATIENCE, || !processes.emulator.is_alive()).await {
            processes.emulator.kill();
        }
        // The supervisor ends by itself after QEMU; killing it earlier would lose the last of the log.
        if !within(KILL_PATIENCE, || !processes.emulator.is_alive()).await {
            return Err(DriverError::outcome_unknown("QEMU does not end although it was killed"));
        }
        await_supervisor(&processes.supervisor).await;
    }
    // One that has cleared its sockets away is known by its last words only.
    if let Some(Ending { supervisor: Some(supervisor), .. }) = record::read(&place.ending()) {
        await_supervisor(&supervisor).await;
    }
    match fs::remove_dir_all(&place.run) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(trouble("cannot clear the sockets")(error)),
        _ => Ok(()),
    }
}

async fn await_supervisor(supervisor: &ProcessId) {
    if !within(QUIT_PATIENCE, || !supervisor.is_alive()).await {
        supervisor.kill();
    }
}

/// The port may have been taken by a stranger while the guest was off; unless it was wished for, another will do.
async fn with_free_port(qemu: &Qemu, place: &Place, mut record: Record) -> Result<Record, DriverError> {
    if port::is_free(record.ssh_port) || record.spec.ssh_port.is_some() {
        return Ok(record);
    }
    let _lock = Lock::ports(&qemu.settings.data_dir).await?;
    record.ssh_port = port::choose(&qemu.settings, None)?;
    record::write(&place.dir.join(record::FILE), &record).map_err(trouble("cannot write the guest's record"))?;
    Ok(record)
}

/// Starts the supervisor in a session of its own, as nobody's child, so that it outlives us.
async fn launch(qemu: &Qemu, place: &Place, record: &Record, begin: Begin) -> Result<(), DriverError> {
    let settings = &qemu.settings;
    let template = if record.rescue {
        image::find(&settings.images_dir, image::RESCUE)
    } else {
        image::find_version(&settings.images_dir, &record.spec.template, &record.template_version)
    };
    // A disk that boots by itself needs nothing beside it; what its own disk stands on, QEMU looks for.
    if template.is_none() && (record.rescue || !is_image(&record.spec.template)) {
        return Err(DriverError::failed("the image that the guest boots from is gone", ""));
    }
    let tap = network::ready(qemu, record).await?;
    let accelerator = current_accelerator(qemu);
    let mut arguments = command::arguments(place, record, template.as_ref(), accelerator, tap.as_ref().map(|tap| tap.name.as_str()));
    let extra = extra::of_guest(&settings.data_dir, &record.spec.reference)?;
    let files: Vec<_> = extra.iter().map(|one| extra::file(&settings.data_dir, &one.disk.reference)).collect();
    let disks: Vec<_> = extra.iter().zip(files.iter().map(PathBuf::as_path)).collect();
    arguments.extend(command::extra_arguments(&disks));
    if begin == Begin::Held {
        arguments.push("-S".into());
    }
    let mut emulator = settings.emulator.clone();
    if let Some(tap) = tap {
        // The first becomes QEMU inside the namespace, under the same number.
        let [first, rest @ ..] = tap.inside;
        arguments.splice(0..0, rest.map(Into::into).into_iter().chain([emulator.into_os_string()]));
        emulator = first.into();
    }
    let orders = Orders { dir: place.dir.clone(), run: place.run.clone(), emulator, arguments, accelerator, size: Some(record.spec.size()) };
    place.make_run().map_err(trouble("cannot make the folder of sockets"))?;
    for old in [place.ending(), place.emulator_log()] {
        match fs::remove_file(old) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(trouble("cannot clear a log")(error));
            }
            _ => {}
        }
    }
    record::write(&place.orders(), &orders).map_err(trouble("cannot write the supervisor's orders"))?;
    spawn_supervisor(qemu, place).await
}

/// Gives a guest whose supervisor was killed a new one. The caller holds the guest's lock.
pub(super) async fn attend(qemu: &Qemu, place: &Place) -> Result<(), DriverError> {
    match processes(place) {
        Some(processes) if processes.emulator.is_alive() && !processes.supervisor.is_alive() => {
            spawn_supervisor(qemu, place).await?;
            let serves = async || UnixStream::connect(place.console()).await.is_ok();
            let deadline = Instant::now() + QUIT_PATIENCE;
            while !serves().await {
                if Instant::now() > deadline {
                    return Err(DriverError::failed("the guest's supervisor did not come up", log_of(place)));
                }
                sleep(Duration::from_millis(10)).await;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn spawn_supervisor(qemu: &Qemu, place: &Place) -> Result<(), DriverError> {
    let spawned = qemu.settings.supervisor.spawn(&[], &place.orders(), &place.supervisor_log()).await;
    spawned.map_err(|error| match error {
        DriverError::Failed { reason, .. } => DriverError::failed(reason, log_of(place)),
        other => other,
    })
}

/// Waits until QEMU answers as it shall, or has ended.
async fn await_status(place: &Place, wanted: Status) -> Result<(), DriverError> {
    let deadline = Instant::now() + START_PATIENCE;
    loop {
        if let Some(Ending { status, .. }) = record::read(&place.ending()) {
            return Err(DriverError::failed(format!("QEMU did not start: {status}"), log_of(place)));
        }
        // Before QEMU is there, and between its end and the supervisor's word about it, the status is "stopped".
        if status_at(place).await == wanted {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(DriverError::failed("QEMU did not come up in time", log_of(place)));
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// What QEMU and the supervisor printed, the last lines of it.
fn log_of(place: &Place) -> String {
    let text = [place.supervisor_log(), place.emulator_log()].map(|log| fs::read(log).unwrap_or_default()).concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default().join("\n")
}

/// Gives QEMU a command.
pub(super) async fn told(place: &Place, command: &str, arguments: Value) -> Result<(), DriverError> {
    asked(place, command, arguments).await.map(drop)
}

/// The same, with the answer.
pub(super) async fn asked(place: &Place, command: &str, arguments: Value) -> Result<Value, DriverError> {
    let answer = async { Qmp::connect(&place.qmp()).await?.execute(command, arguments).await };
    match answer.await {
        Ok(value) => Ok(value),
        Err(QmpError::Refused(reason)) => Err(DriverError::conflict(reason)),
        Err(QmpError::NobodyThere | QmpError::Cut(_)) if !emulator_runs(place) => Err(DriverError::conflict("the guest does not run")),
        Err(QmpError::NobodyThere) => Err(DriverError::unavailable("QEMU runs but does not listen")),
        Err(QmpError::Cut(reason)) => Err(DriverError::outcome_unknown(reason)),
    }
}

async fn within(patience: Duration, come_true: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    while !come_true() {
        if Instant::now() > deadline {
            return false;
        }
        sleep(Duration::from_millis(5)).await;
    }
    true
}
