//! A supervisor's life: start QEMU, serve its line until it ends, say how it ended, put away the sockets.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{ExitCode, Stdio},
    time::Duration,
};

use compute_driver::{Accelerator, Size};
use serde::{Deserialize, Serialize};
use tokio::{
    net::UnixListener,
    process::{Child, Command},
    runtime,
    time::sleep,
};

use super::{line, traffic};
use crate::{
    guest::{
        place::Place,
        record::{self, Ending, Processes},
    },
    process::ProcessId,
};

/// What a supervisor is told, in a file in the guest's folder.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Orders {
    pub(crate) dir: PathBuf,
    pub(crate) run: PathBuf,
    pub(crate) emulator: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) accelerator: Accelerator,
    /// How large the guest is while this QEMU runs.
    #[serde(default)]
    pub(crate) size: Option<Size>,
}

impl Orders {
    fn place(&self) -> Place {
        Place { dir: self.dir.clone(), run: self.run.clone() }
    }
}

/// Runs as the supervisor of one guest until that guest ends.
///
/// `orders` is the path that the driver gave as the last argument of [`crate::SupervisorCommand`]. Call it before anything else
/// of the program starts: it has a small runtime of its own.
pub fn supervise(orders: &Path) -> ExitCode {
    match try_supervise(orders) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The supervisor's log is the only place that anyone reads.
            let _written = fs::write(orders.with_file_name("supervisor.log"), format!("{error}\n"));
            ExitCode::FAILURE
        }
    }
}

fn try_supervise(orders: &Path) -> io::Result<()> {
    let orders: Orders = serde_json::from_slice(&fs::read(orders)?)?;
    let place = orders.place();
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let ending = runtime.block_on(guard(&orders, &place));
    let status = match &ending {
        Ok(status) => status.clone(),
        Err(error) => format!("the supervisor could not run it: {error}"),
    };
    // The guest may have been destroyed meanwhile, folder and all.
    let _told = record::write(&place.ending(), &Ending { status, supervisor: ProcessId::of(std::process::id()) });
    // Moved before it is removed, so that a next start never finds half of it.
    let leaving = place.run.with_extension("old");
    let _cleared = fs::rename(&place.run, &leaving).and_then(|()| fs::remove_dir_all(&leaving));
    ending.map(|_| ())
}

async fn guard(orders: &Orders, place: &Place) -> io::Result<String> {
    let consoles = listen(&place.console())?;
    let counter = traffic::Counter::resume(place.traffic());
    // QEMU connects to these while it starts, so they listen before.
    tokio::spawn(traffic::count(listen(&place.received())?, counter.clone(), traffic::Direction::Received));
    tokio::spawn(traffic::count(listen(&place.sent())?, counter.clone(), traffic::Direction::Sent));
    tokio::spawn(counter.clone().keep_written());

    let mut emulator = Emulator::find_or_spawn(orders, place)?;
    let supervisor = ProcessId::of(std::process::id()).ok_or_else(|| io::Error::other("/proc is not there"))?;
    // A QEMU that has ended already has no process to write down.
    if let Some(emulator) = emulator.process() {
        let accelerator = orders.accelerator;
        record::write(&place.processes(), &Processes { supervisor, emulator, accelerator })?;
    }

    let serving = tokio::spawn(line::serve(place.clone(), consoles));
    let status = emulator.wait().await;
    // The line ends with QEMU; what it printed last must reach the log.
    let _served = serving.await;
    counter.write();
    status
}

/// The QEMU of this guest: our child, or the one that an earlier supervisor left running when it was killed.
enum Emulator {
    Child(Child),
    Adopted(ProcessId),
}

impl Emulator {
    fn find_or_spawn(orders: &Orders, place: &Place) -> io::Result<Self> {
        let known = record::read::<Processes>(&place.processes());
        match known.map(|processes| processes.emulator).filter(ProcessId::is_alive) {
            Some(running) => Ok(Self::Adopted(running)),
            None => spawn(orders, place).map(Self::Child),
        }
    }

    fn process(&self) -> Option<ProcessId> {
        match self {
            Self::Child(child) => child.id().and_then(ProcessId::of),
            Self::Adopted(process) => Some(process.clone()),
        }
    }

    /// Waits for its end and says how it ended.
    async fn wait(&mut self) -> io::Result<String> {
        match self {
            Self::Child(child) => child.wait().await.map(|status| status.to_string()),
            Self::Adopted(process) => {
                while process.is_alive() {
                    sleep(Duration::from_millis(100)).await;
                }
                Ok("it ended under a supervisor that had not started it".to_owned())
            }
        }
    }
}

fn spawn(orders: &Orders, place: &Place) -> io::Result<Child> {
    let log = File::create(place.emulator_log())?;
    Command::new(&orders.emulator).args(&orders.arguments).current_dir(&place.dir).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()
}

fn listen(path: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => UnixListener::bind(path),
    }
}
