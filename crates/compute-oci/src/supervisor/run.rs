//! A supervisor's life: bring the container up, serve its line until it ends, bring it up again if it wanted to restart, say how it
//! ended, put everything away.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    net::Ipv4Addr,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant, SystemTime},
};

use compute_driver::DriverError;
use compute_host::{line, process::ProcessId, record, record::trouble};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, WaitStatus};
use tokio::{
    net::{TcpListener, UnixListener, unix::pipe::Receiver},
    runtime,
    task::JoinHandle,
    time::{MissedTickBehavior, interval, timeout},
};

use super::{
    boot,
    boot::Up,
    fill, forward,
    orders::{Orders, Run},
    pack,
};
use crate::guest::{
    network,
    place::Place,
    record::{Ending, Phase, Processes, Record, Traffic},
    runtime::Runtime,
};

/// What may be lost of the traffic's count when the container ends.
const COUNT_EVERY: Duration = Duration::from_secs(2);
/// What the container printed last has reached us long before.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long a supervisor waits for an earlier one to end.
const ALONE_WITHIN: Duration = Duration::from_secs(15);
/// How long after a request to restart an end counts as one, where nobody can say why it ended.
const RESTARTS_WITHIN: Duration = Duration::from_secs(60);

/// Carries out the orders in the file that the driver gave as the last argument of [`crate::SupervisorCommand`]: stays with one
/// container until that ends, or does a task on a disk.
///
/// Call it before anything else of the program starts: it has a small runtime of its own.
pub fn supervise(orders: &Path) -> ExitCode {
    match try_supervise(orders) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error leads to the supervisor's log, or to the caller who waits for a task.
            let _written = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn try_supervise(orders: &Path) -> io::Result<()> {
    match serde_json::from_slice(&fs::read(orders)?)? {
        Orders::Fill(orders) => fill::fill(&orders),
        Orders::Pack(orders) => pack::pack(&orders),
        Orders::Run(orders) => {
            // One whose start was given up lets go at its next step.
            let Some(_alone) = alone(&orders.place().supervisor_lock())? else { return Ok(()) };
            let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(stay(&orders))
        }
    }
}

/// The right to be the supervisor; nothing when another has it for too long.
fn alone(path: &Path) -> io::Result<Option<File>> {
    let file = File::create(path)?;
    let deadline = Instant::now() + ALONE_WITHIN;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

async fn stay(orders: &Run) -> io::Result<()> {
    if !orders.is_wanted() {
        return Ok(());
    }
    let place = orders.place();
    let us = ProcessId::of(std::process::id()).ok_or_else(|| io::Error::other("/proc is not there"))?;
    let mut watch = Watch { orders, place: &place, processes: known(&place, us), had_run: false, forwarding: None };
    let ended = watch.over().await;
    let ending = match ended {
        Ok(status) => Ending { status, had_run: watch.had_run },
        Err(error) => Ending { status: format!("{error}\n{}", error.log().unwrap_or_default()), had_run: watch.had_run },
    };
    if place.orders().exists() && !orders.is_wanted() {
        // What is there belongs to another start.
        return Ok(());
    }
    let _gone = Runtime::of(&orders.runtime, &place).delete().await;
    // The container may have been destroyed meanwhile, folder and all.
    let _told = record::write(&place.ending(), &ending);
    // Moved before it is removed, so that a next start never finds half of it.
    let leaving = place.run.with_extension("old");
    let _cleared = fs::rename(&place.run, &leaving).and_then(|()| fs::remove_dir_all(&leaving));
    Ok(())
}

/// What is known of the container, with us as its supervisor.
fn known(place: &Place, us: ProcessId) -> Processes {
    let before: Option<Processes> = record::read(&place.processes());
    let running = before.and_then(|before| before.init.filter(ProcessId::is_alive).filter(|_| before.phase == Phase::Running));
    let phase = if running.is_some() { Phase::Running } else { Phase::Starting };
    Processes { supervisor: us, init: running, phase, device: None }
}

struct Watch<'a> {
    orders: &'a Run,
    place: &'a Place,
    processes: Processes,
    had_run: bool,
    /// Who leads the port on the host to it.
    forwarding: Option<JoinHandle<()>>,
}

impl Watch<'_> {
    /// Runs the container until it ends for good, and says how it ended.
    async fn over(&mut self) -> Result<String, DriverError> {
        self.note().map_err(trouble("cannot write who runs"))?;
        if self.processes.init.is_none() {
            self.fold_traffic();
        }
        let us = Pid::from_raw(self.processes.supervisor.number());
        // Children of the runtime become ours when it ends, so that we learn how the container ended.
        rustix::process::set_child_subreaper(us).map_err(|error| trouble("cannot look after the container")(error.into()))?;
        let consoles = listen(&self.place.console()).map_err(trouble("cannot listen for consoles"))?;
        self.forward().await?;
        self.processes.device = boot::mount_disk(self.place).await?;

        let mut running = self.processes.init.clone();
        loop {
            self.forward().await?;
            let up = match running.take() {
                Some(init) => boot::take_over(self.orders, init)?,
                None => self.bring_up().await?,
            };
            (self.processes.init, self.processes.phase) = (Some(up.init.clone()), Phase::Running);
            self.note().map_err(trouble("cannot write who runs"))?;
            self.had_run = true;
            let end = self.attend(&consoles, up).await?;
            self.fold_traffic();
            if !self.comes_back(end) {
                return Ok(end.map_or_else(|| "it ended under a supervisor that had not started it".to_owned(), said));
            }
            (self.processes.init, self.processes.phase) = (None, Phase::Restarting);
            self.note().map_err(trouble("cannot write who runs"))?;
            Runtime::of(&self.orders.runtime, self.place).delete().await?;
        }
    }

    /// Leads the port on the host to the container. In a private network nothing is forwarded.
    async fn forward(&mut self) -> Result<(), DriverError> {
        let Record { spec, ssh_port, ipv4, .. } = self.orders.record_now();
        if spec.card.is_some() {
            if let Some(earlier) = self.forwarding.take() {
                earlier.abort();
            }
        } else if self.forwarding.is_none() {
            let ssh = TcpListener::bind((Ipv4Addr::LOCALHOST, ssh_port)).await;
            let ssh = ssh.map_err(|error| DriverError::failed(format!("port {ssh_port} cannot be used: {error}"), ""))?;
            self.forwarding = Some(tokio::spawn(forward::serve(ssh, ipv4)));
        }
        Ok(())
    }

    async fn bring_up(&self) -> Result<Up, DriverError> {
        // Whoever stopped the container took the orders away.
        if !self.orders.is_wanted() {
            return Err(DriverError::conflict("it was stopped before it came up"));
        }
        let noted = Processes { init: None, ..self.processes.clone() };
        boot::bring_up(self.orders, self.place, |init| record::write(&self.place.processes(), &Processes { init: Some(init.clone()), ..noted })).await
    }

    /// Serves the line and counts what passes the cable until the container ends; says how, where we are told.
    async fn attend(&self, consoles: &UnixListener, up: Up) -> Result<Option<WaitStatus>, DriverError> {
        let Up { init, terminal, kept_open } = up;
        let mut serving = std::pin::pin!(line::serve(self.place.serial_log(), consoles, terminal.from_guest, terminal.to_guest));
        let mut ended = std::pin::pin!(end_of(&init));
        let mut counting = interval(COUNT_EVERY);
        counting.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut serves = true;
        let end = loop {
            tokio::select! {
                end = &mut ended => break end,
                served = &mut serving, if serves => {
                    served.map_err(trouble("cannot keep what the line prints"))?;
                    serves = false;
                }
                _ = counting.tick() => self.count(&init),
            }
        };
        // With our hold on it the terminal would never end.
        drop(kept_open);
        if serves {
            let _last_words = timeout(LAST_WORDS, serving).await;
        }
        end.map_err(trouble("cannot wait for the container"))
    }

    /// A restart is an end by the signal that the kernel uses for it (reboot(2), "Behavior inside PID namespaces"), or one that was asked for.
    fn comes_back(&self, end: Option<WaitStatus>) -> bool {
        let asked = fs::metadata(self.place.again()).and_then(|found| found.modified()).ok();
        let _taken = fs::remove_file(self.place.again());
        let lately = asked.and_then(|at| SystemTime::now().duration_since(at).ok()).is_some_and(|age| age < RESTARTS_WITHIN);
        match end.map(|status| status.terminating_signal()) {
            Some(Some(signal)) if signal == Signal::HUP.as_raw() => true,
            Some(Some(signal)) if signal == Signal::KILL.as_raw() => lately,
            Some(_) => false,
            None => lately,
        }
    }

    fn note(&self) -> io::Result<()> {
        record::write(&self.place.processes(), &self.processes)
    }

    fn count(&self, init: &ProcessId) {
        if let Some(now) = network::counted(init) {
            let before = record::read::<Traffic>(&self.place.traffic()).unwrap_or_default().before;
            // The next count catches up.
            let _written = record::write(&self.place.traffic(), &Traffic { before, now });
        }
    }

    /// What this start's cable carried counts as earlier from now on.
    fn fold_traffic(&self) {
        let traffic: Traffic = record::read(&self.place.traffic()).unwrap_or_default();
        let _written = record::write(&self.place.traffic(), &Traffic { before: traffic.before.plus(traffic.now), ..Traffic::default() });
    }
}

/// Waits for the end of a process, and says how it ended if it is our child.
async fn end_of(process: &ProcessId) -> io::Result<Option<WaitStatus>> {
    let Some(pid) = Pid::from_raw(process.number()).filter(|_| process.is_alive()) else {
        return Ok(reaped(process));
    };
    // It becomes readable when the process has ended (pidfd_open(2)), as a pipe would.
    let watched = Receiver::from_owned_fd_unchecked(rustix::process::pidfd_open(pid, PidfdFlags::NONBLOCK)?)?;
    watched.readable().await?;
    Ok(reaped(process))
}

fn reaped(process: &ProcessId) -> Option<WaitStatus> {
    let pid = Pid::from_raw(process.number())?;
    rustix::process::waitpid(Some(pid), WaitOptions::NOHANG).ok()?.map(|(_, status)| status)
}

fn said(status: WaitStatus) -> String {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => format!("its init ended with {code}"),
        // What the kernel makes of powering off in a container.
        (None, Some(2)) => "it powered off".to_owned(),
        (None, Some(signal)) => format!("its init was ended by signal {signal}"),
        (None, None) => "its init ended".to_owned(),
    }
}

fn listen(path: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => UnixListener::bind(path),
    }
}
