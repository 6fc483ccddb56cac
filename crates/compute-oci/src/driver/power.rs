//! Power: starting through a supervisor, stopping, and the two buttons.

use std::{fs, time::Duration};

use compute_driver::{DriverError, Reference, Status};
use compute_host::{
    folder,
    lock::Lock,
    port,
    process::ProcessId,
    record::{self, trouble},
};
use rustix::process::Signal;
use tokio::{
    net::UnixStream,
    time::{Instant, sleep},
};

use super::{Oci, look, make, network, snapshot::now_us};
use crate::{
    guest::{
        address, config, disk,
        place::Place,
        record::{Ending, Record},
    },
    supervisor::{APART, Orders, Run},
};

/// A container is up in a fraction of a second; a starved host needs more.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// After this a supervisor whose container has ended is killed.
const SUPERVISOR_PATIENCE: Duration = Duration::from_secs(10);
/// A process that does not die of SIGKILL hangs in the kernel, usually on a disk.
const KILL_PATIENCE: Duration = Duration::from_secs(10);
/// Lines of output that a failure carries.
const LOG_LINES: usize = 40;

/// What busybox's init takes as the power button, and as "restart in order".
const POWER_BUTTON: Signal = Signal::USR2;
const RESTART: Signal = Signal::TERM;

/// Powers on and waits until the container runs.
pub(super) async fn start(oci: &Oci, reference: &Reference) -> Result<(), DriverError> {
    oci.known(reference)?;
    let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
    let (place, record) = oci.known(reference)?;
    match look::status_at(oci, &place).await {
        Status::Running => return attend(oci, &place).await,
        Status::Paused => return oci.runtime(&place).resume().await,
        Status::Stopped | Status::Unknown | Status::Absent => {}
    }
    // What an ended container left is cleared away; its supervisor may be in the middle of doing so.
    cut(oci, &place).await?;
    let record = with_free_numbers(oci, &place, record).await?;
    network::ready(oci, &record).await?;
    launch(oci, &place, &record).await?;
    let outcome = await_running(oci, &place).await;
    if outcome.is_err() {
        cut(oci, &place).await?;
    }
    outcome
}

/// Cuts the power.
pub(super) async fn stop(oci: &Oci, reference: &Reference) -> Result<(), DriverError> {
    let (place, _) = oci.known(reference)?;
    let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
    cut(oci, &place).await
}

/// Presses the power button. A stopped container has nothing to obey with, which is what was wanted.
pub(super) async fn shutdown(oci: &Oci, reference: &Reference) -> Result<(), DriverError> {
    let (place, _) = oci.known(reference)?;
    if let Some(init) = running(&place) {
        init.signal(POWER_BUTTON);
    }
    Ok(())
}

/// Asks init to restart in order.
pub(super) async fn reboot(oci: &Oci, reference: &Reference) -> Result<(), DriverError> {
    let (place, _) = oci.known(reference)?;
    asked_again(&place, RESTART)
}

/// Presses the reset button.
pub(super) async fn reset(oci: &Oci, reference: &Reference) -> Result<(), DriverError> {
    let (place, _) = oci.known(reference)?;
    let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
    attend(oci, &place).await?;
    asked_again(&place, Signal::KILL)?;
    // One that is held dies when it goes on.
    let _went_on = oci.runtime(&place).resume().await;
    Ok(())
}

fn asked_again(place: &Place, signal: Signal) -> Result<(), DriverError> {
    let init = running(place).ok_or_else(|| DriverError::conflict("the container does not run"))?;
    // Where init ends by our hand, or under a supervisor that is not its parent, this tells that it shall come back.
    fs::write(place.again(), "").map_err(trouble("cannot note that the container comes back"))?;
    init.signal(signal);
    Ok(())
}

fn running(place: &Place) -> Option<ProcessId> {
    look::processes(place).and_then(|known| known.init).filter(|_| look::is_up(place))
}

/// Ends the container and its supervisor and clears away what they had. The caller holds the container's lock.
pub(super) async fn cut(oci: &Oci, place: &Place) -> Result<(), DriverError> {
    // Without its orders a supervisor brings nothing up any more.
    folder::remove_file(&place.orders())?;
    folder::remove_file(&place.again())?;
    let runtime = oci.runtime(place);
    let deadline = Instant::now() + SUPERVISOR_PATIENCE;
    while let Some(known) = look::processes(place) {
        let init = known.init.filter(ProcessId::is_alive);
        if let Some(init) = &init {
            init.kill();
            // A held process dies when it goes on; one that is not held cannot, which is no fault.
            let _went_on = runtime.resume().await;
        }
        let supervised = known.supervisor.is_alive();
        if init.is_none() && !supervised {
            break;
        }
        if Instant::now() > deadline {
            known.supervisor.kill();
        }
        if Instant::now() > deadline + KILL_PATIENCE {
            return Err(DriverError::outcome_unknown("the container does not end although it was killed"));
        }
        sleep(Duration::from_millis(10)).await;
    }
    runtime.delete().await?;
    // The last mount of the disk goes with the last process, a moment later. A runtime that was at work when its supervisor was killed
    // ends by itself, and what it has made by then goes too.
    let deadline = Instant::now() + KILL_PATIENCE;
    while disk::device_of(&place.disk()).is_some() {
        if Instant::now() > deadline {
            return Err(DriverError::outcome_unknown("the container's disk is still in use although it has ended"));
        }
        sleep(Duration::from_millis(50)).await;
        runtime.delete().await?;
    }
    folder::remove(&place.run.with_extension("old"))?;
    folder::remove(&place.run)
}

/// Port and address may have been taken by strangers while the container was off; unless the port was wished for, others will do.
/// In a private network it uses neither.
async fn with_free_numbers(oci: &Oci, place: &Place, mut record: Record) -> Result<Record, DriverError> {
    if record.spec.card.is_some() {
        return Ok(record);
    }
    let port_is_fine = port::is_free(record.ssh_port) || record.spec.ssh_port.is_some();
    let address_is_fine = address::is_free(record.ipv4);
    if port_is_fine && address_is_fine {
        return Ok(record);
    }
    let _lock = Lock::ports(&oci.settings.data_dir).await?;
    if !port_is_fine {
        record.ssh_port = address::another_port(&oci.settings)?;
    }
    if !address_is_fine {
        record.ipv4 = address::another_address(&oci.settings, &record)?;
    }
    make::note(place, &record)?;
    Ok(record)
}

/// Starts the supervisor, which outlives us.
async fn launch(oci: &Oci, place: &Place, record: &Record) -> Result<(), DriverError> {
    place.make_run().map_err(trouble("cannot make the folder of sockets"))?;
    for old in [place.ending(), place.runtime_log()] {
        folder::remove_file(&old)?;
    }
    configure(place, record)?;
    let settings = &oci.settings;
    let orders = Orders::Run(Box::new(Run {
        start: format!("{}-{}", std::process::id(), now_us()),
        networks: settings.networks.clone(),
        dir: place.dir.clone(),
        run: place.run.clone(),
        installation: place.installation.clone(),
        runtime: settings.runtime.clone(),
        record: record.clone(),
        network: settings.network,
        gateway: address::gateway(settings),
    }));
    record::write(&place.orders(), &orders).map_err(trouble("cannot write the supervisor's orders"))?;
    spawn_supervisor(oci, place).await
}

/// Writes what the runtime makes the container of, at its next start or restart.
pub(super) fn configure(place: &Place, record: &Record) -> Result<(), DriverError> {
    fs::create_dir_all(place.bundle()).map_err(trouble("cannot make the bundle"))?;
    record::write(&place.bundle().join("config.json"), &config::of(place, record)).map_err(trouble("cannot write the runtime's configuration"))
}

/// Gives a container whose supervisor was killed a new one. The caller holds the container's lock.
pub(super) async fn attend(oci: &Oci, place: &Place) -> Result<(), DriverError> {
    match look::processes(place) {
        Some(known) if look::is_up(place) && !known.supervisor.is_alive() => {
            spawn_supervisor(oci, place).await?;
            let serves = async || UnixStream::connect(place.console()).await.is_ok() && supervised(place);
            let deadline = Instant::now() + SUPERVISOR_PATIENCE;
            while !serves().await {
                if Instant::now() > deadline {
                    return Err(DriverError::failed("the container's supervisor did not come up", log_of(place)));
                }
                sleep(Duration::from_millis(10)).await;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether the supervisor has come so far that it serves the line.
fn supervised(place: &Place) -> bool {
    look::processes(place).is_some_and(|known| known.supervisor.is_alive() && known.device.is_some())
}

async fn spawn_supervisor(oci: &Oci, place: &Place) -> Result<(), DriverError> {
    oci.settings.supervisor.spawn(&APART, &place.orders(), &place.supervisor_log()).await
}

/// Waits until the container runs, or its supervisor says that it does not.
async fn await_running(oci: &Oci, place: &Place) -> Result<(), DriverError> {
    let deadline = Instant::now() + START_PATIENCE;
    loop {
        match record::read::<Ending>(&place.ending()) {
            // What it was started for may have been done already.
            Some(ending) if ending.had_run => return Ok(()),
            Some(ending) => {
                let reason = ending.status.lines().next().unwrap_or_default().to_owned();
                return Err(DriverError::failed(format!("the container did not start: {reason}"), format!("{}\n{}", ending.status, log_of(place))));
            }
            None => {}
        }
        if look::status_at(oci, place).await == Status::Running {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(DriverError::failed("the container did not come up in time", log_of(place)));
        }
        sleep(Duration::from_millis(5)).await;
    }
}

/// What the runtime and the supervisor printed, the last lines of it.
fn log_of(place: &Place) -> String {
    let text = [place.supervisor_log(), place.runtime_log()].map(|log| fs::read(log).unwrap_or_default()).concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default().join("\n")
}
