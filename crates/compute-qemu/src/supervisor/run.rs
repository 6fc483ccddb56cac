//! A supervisor's life: start QEMU, serve its line until it ends, say how it ended, put away the sockets.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{ExitCode, ExitStatus, Stdio},
};

use compute_driver::Accelerator;
use serde::{Deserialize, Serialize};
use tokio::{
    net::UnixListener,
    process::{Child, Command},
    runtime,
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
}

impl Orders {
    fn place(&self) -> Place {
        Place {
            dir: self.dir.clone(),
            run: self.run.clone(),
        }
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
            let _written = fs::write(
                orders.with_file_name("supervisor.log"),
                format!("{error}\n"),
            );
            ExitCode::FAILURE
        }
    }
}

fn try_supervise(orders: &Path) -> io::Result<()> {
    let orders: Orders = serde_json::from_slice(&fs::read(orders)?)?;
    let place = orders.place();
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ending = runtime.block_on(guard(&orders, &place));
    let status = match &ending {
        Ok(status) => status.to_string(),
        Err(error) => format!("the supervisor could not run it: {error}"),
    };
    // The guest may have been destroyed meanwhile, folder and all.
    let _told = record::write(&place.ending(), &Ending { status });
    // Moved before it is removed, so that a next start never finds half of it.
    let leaving = place.run.with_extension("old");
    let _cleared = fs::rename(&place.run, &leaving).and_then(|()| fs::remove_dir_all(&leaving));
    ending.map(|_| ())
}

async fn guard(orders: &Orders, place: &Place) -> io::Result<ExitStatus> {
    let consoles = listen(&place.console())?;
    let counter = traffic::Counter::resume(place.traffic());
    // QEMU connects to these while it starts, so they listen before.
    tokio::spawn(traffic::count(
        listen(&place.received())?,
        counter.clone(),
        traffic::Direction::Received,
    ));
    tokio::spawn(traffic::count(
        listen(&place.sent())?,
        counter.clone(),
        traffic::Direction::Sent,
    ));
    tokio::spawn(counter.clone().keep_written());

    let mut child = spawn(orders, place)?;
    let emulator = child
        .id()
        .and_then(ProcessId::of)
        .ok_or_else(|| io::Error::other("QEMU ended at once"));
    let supervisor =
        ProcessId::of(std::process::id()).ok_or_else(|| io::Error::other("/proc is not there"))?;
    if let Ok(emulator) = emulator {
        record::write(
            &place.processes(),
            &Processes {
                supervisor,
                emulator,
                accelerator: orders.accelerator,
            },
        )?;
    }

    let serving = tokio::spawn(line::serve(place.clone(), consoles));
    let status = child.wait().await;
    // The line ends with QEMU; what it printed last must reach the log.
    let _served = serving.await;
    counter.write();
    status
}

fn spawn(orders: &Orders, place: &Place) -> io::Result<Child> {
    let log = File::create(place.emulator_log())?;
    Command::new(&orders.emulator)
        .args(&orders.arguments)
        .current_dir(&place.dir)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
}

fn listen(path: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => UnixListener::bind(path),
    }
}
