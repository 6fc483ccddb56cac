//! Processes of the host: running a tool to its end, and knowing a process again by more than its number.

use std::{ffi::OsStr, fs, process::Stdio};

use compute_driver::DriverError;
use rustix::process::{Pid, Signal};
use serde::{Deserialize, Serialize};
use tokio::{io::AsyncWriteExt, process::Command};

/// The kernel counts processor time for user space in hundredths of a second on every architecture that QEMU's x86 host runs on.
const TICK_US: u64 = 10_000;

/// Runs `program` to its end.
///
/// # Errors
/// `Unavailable` when it is not installed, `Failed` with what it printed when it fails.
pub async fn run<I>(program: &str, args: I) -> Result<(), DriverError>
where
    I: IntoIterator,
    I::Item: AsRef<OsStr>,
{
    output(program, args).await.map(drop)
}

/// The same, with what it printed.
///
/// # Errors
/// As [`run`]; `Full` when it found no space left.
pub async fn output<I>(program: &str, args: I) -> Result<Vec<u8>, DriverError>
where
    I: IntoIterator,
    I::Item: AsRef<OsStr>,
{
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(|error| DriverError::unavailable(format!("cannot run {program}: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    if log.contains("No space left on device") {
        return Err(DriverError::full(format!("{program} found no space left on the disk")));
    }
    Err(DriverError::failed(format!("{program} ended with {}", output.status), log))
}

/// Runs `program` to its end and gives it `input` to read.
///
/// # Errors
/// As [`run`].
pub async fn fed<I>(program: &str, args: I, input: &str) -> Result<(), DriverError>
where
    I: IntoIterator,
    I::Item: AsRef<OsStr>,
{
    let trouble = |error: std::io::Error| DriverError::unavailable(format!("cannot run {program}: {error}"));
    let mut child = Command::new(program).args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(trouble)?;
    if let Some(mut line) = child.stdin.take() {
        // One that ends without reading says why in its output.
        let _read = line.write_all(input.as_bytes()).await;
    }
    let output = child.wait_with_output().await.map_err(trouble)?;
    if output.status.success() {
        return Ok(());
    }
    Err(DriverError::failed(format!("{program} ended with {}", output.status), String::from_utf8_lossy(&output.stderr)))
}

/// A process, known by its number, its start and the boot of the host, because numbers are used again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessId {
    number: i32,
    started_ticks: u64,
    boot: String,
}

/// What the kernel counts about a process.
pub struct Usage {
    /// Microseconds since its start.
    pub uptime_us: u64,
    /// Microseconds of processor time.
    pub cpu_us: u64,
    /// Memory that it occupies.
    pub memory_bytes: u64,
}

impl ProcessId {
    /// The running process with this number.
    pub fn of(number: u32) -> Option<Self> {
        let number = i32::try_from(number).ok()?;
        Some(Self { number, started_ticks: Stat::read(number)?.started_ticks, boot: boot()? })
    }

    /// Its number.
    pub fn number(&self) -> i32 {
        self.number
    }

    /// Whether the process still runs; a zombie does not.
    pub fn is_alive(&self) -> bool {
        self.stat().is_some()
    }

    /// Ends the process at once. Nothing happens when it has ended already.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Sends the process a signal. Nothing happens when it has ended.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = Pid::from_raw(self.number).filter(|_| self.is_alive()) {
            // The only refusal left is that it has just ended.
            let _ended = rustix::process::kill_process(pid, signal);
        }
    }

    /// What it has used since its start; `None` when it has ended.
    pub fn usage(&self) -> Option<Usage> {
        let stat = self.stat()?;
        let uptime = fs::read_to_string("/proc/uptime").ok()?;
        let host_up_us = parse_seconds_us(uptime.split_whitespace().next()?)?;
        Some(Usage {
            uptime_us: host_up_us.saturating_sub(stat.started_ticks * TICK_US).max(1),
            cpu_us: stat.cpu_ticks * TICK_US,
            memory_bytes: resident_bytes(self.number).unwrap_or(0),
        })
    }

    fn stat(&self) -> Option<Stat> {
        let stat = Stat::read(self.number)?;
        (stat.state != 'Z' && stat.started_ticks == self.started_ticks && boot()? == self.boot).then_some(stat)
    }
}

struct Stat {
    state: char,
    cpu_ticks: u64,
    started_ticks: u64,
}

impl Stat {
    fn read(number: i32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{number}/stat")).ok()?)
    }

    /// The name in parentheses may hold anything, so the fields are counted from the last parenthesis (proc(5)).
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.get(text.rfind(')')? + 1..)?.split_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Self { state: fields.first()?.chars().next()?, cpu_ticks: number(11)? + number(12)?, started_ticks: number(19)? })
    }
}

/// `VmRSS:      1234 kB` (proc(5)); a process that ends just now has none.
fn resident_bytes(number: i32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{number}/status")).ok()?;
    let kib: u64 = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

fn boot() -> Option<String> {
    Some(fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned())
}

fn parse_seconds_us(text: &str) -> Option<u64> {
    let (seconds, hundredths) = text.split_once('.')?;
    Some(seconds.parse::<u64>().ok()? * 1_000_000 + hundredths.parse::<u64>().ok()? * 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_is_read_past_a_name_with_parentheses() {
        let text = "42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 777 0 0";
        let stat = Stat::parse(text).unwrap();
        assert_eq!((stat.state, stat.cpu_ticks, stat.started_ticks), ('S', 300, 777));
    }

    #[test]
    fn we_are_alive_and_somebody_else_with_our_number_is_not_us() {
        let us = ProcessId::of(std::process::id()).unwrap();
        assert!(us.is_alive() && us.usage().is_some_and(|usage| usage.memory_bytes > 100_000));
        let earlier = ProcessId { started_ticks: us.started_ticks - 1, ..us.clone() };
        let before_reboot = ProcessId { boot: "other".into(), ..us };
        assert!(!earlier.is_alive() && !before_reboot.is_alive());
    }

    #[tokio::test]
    async fn a_tool_that_is_missing_or_fails_says_so() {
        let missing = run("no-such-tool", [""]).await.unwrap_err();
        assert!(missing.may_retry() && missing.to_string().contains("no-such-tool"));
        let failing = run("sh", ["-c", "echo broken >&2; exit 3"]).await.unwrap_err();
        assert_eq!(failing.log(), Some("broken\n"));
    }
}
