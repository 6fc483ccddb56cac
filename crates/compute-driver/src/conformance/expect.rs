//! What the suite expects in single steps, and how a broken promise is told.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, sleep, timeout},
};

use crate::{Capabilities, ConsoleKind, ConsoleStream, Driver, DriverError, Feature, GuestSpec, Progress, Reference, Status};

/// A boot in software translation on a busy machine takes minutes at worst.
const PATIENCE: Duration = Duration::from_secs(240);
/// How long a guest may take over the power button before it is pressed again.
const PRESS_AGAIN: Duration = Duration::from_secs(10);
/// How long a guest may take to restart before it is asked again: longer than a slow boot, which a second request would begin anew.
const ASK_AGAIN: Duration = Duration::from_secs(75);
/// How long a shell that is there may take to show its prompt again.
const ANSWERS: Duration = Duration::from_secs(5);

tokio::task_local! {
    /// Set where guests have no inside to look at, with the features that are left out there.
    pub(super) static FROM_OUTSIDE: Vec<Feature>;
}

/// Whether what happens inside guests can be asked for.
pub(super) fn looks_inside() -> bool {
    FROM_OUTSIDE.try_with(|_| ()).is_err()
}

/// What the driver says that it can do, less what is left out.
pub(super) async fn capabilities(driver: &dyn Driver) -> Result<Capabilities, Violation> {
    let mut can = holds("capabilities are told", driver.capabilities().await)?;
    let left_out = FROM_OUTSIDE.try_with(Clone::clone).unwrap_or_default();
    can.features.retain(|feature| !left_out.contains(feature));
    Ok(can)
}

/// A promise that the driver did not keep.
#[derive(Debug, thiserror::Error)]
#[error("{rule}: {found}")]
pub struct Violation {
    /// The promise.
    pub rule: &'static str,
    /// What was seen instead.
    pub found: String,
}

pub(super) fn must(rule: &'static str, kept: bool, found: impl std::fmt::Debug) -> Result<(), Violation> {
    if kept { Ok(()) } else { Err(Violation { rule, found: format!("{found:?}") }) }
}

pub(super) fn holds<T, E: std::fmt::Debug>(rule: &'static str, answer: Result<T, E>) -> Result<T, Violation> {
    answer.map_err(|error| Violation { rule, found: format!("{error:?}") })
}

pub(super) async fn status_is(driver: &dyn Driver, reference: &Reference, wanted: Status, rule: &'static str) -> Result<(), Violation> {
    let status = holds(rule, driver.status(reference).await)?;
    must(rule, status == wanted, status)
}

pub(super) async fn once_in_list(driver: &dyn Driver, reference: &Reference, times: usize) -> Result<(), Violation> {
    let listed = holds("guests are listed", driver.list().await)?;
    let seen = listed.iter().filter(|guest| guest.reference == *reference).count();
    must("the list tells what is there", seen == times, listed)
}

pub(super) async fn count_prompts(driver: &dyn Driver, spec: &GuestSpec) -> Result<usize, Violation> {
    let backlog = holds("the backlog is read", driver.console_backlog(&spec.reference).await)?;
    Ok(String::from_utf8_lossy(&backlog).matches(&format!("{}:", spec.hostname)).count())
}

/// Asks for a restart and waits for a new prompt. A guest whose keyboard is not there yet misses what it is asked, so it is asked again.
pub(super) async fn restarts_when_asked(driver: &dyn Driver, spec: &GuestSpec) -> Result<(), Violation> {
    let rule = "a rebooted guest comes back";
    if !looks_inside() {
        holds("a running guest reboots", driver.reboot(&spec.reference).await)?;
        return runs(driver, spec, rule).await;
    }
    let seen = count_prompts(driver, spec).await?;
    let keeps_backlog = keeps_backlog(driver).await?;
    let mut asked: Option<Instant> = None;
    within(rule, async || {
        if asked.is_none_or(|at| at.elapsed() > ASK_AGAIN) {
            holds("a running guest reboots", driver.reboot(&spec.reference).await)?;
            asked = Some(Instant::now());
        }
        if keeps_backlog { Ok(count_prompts(driver, spec).await? > seen) } else { Ok(answers_return(driver, spec).await) }
    })
    .await
}

/// Waits for a prompt: the `at_least`th in the backlog, or where none is kept, one that answers to the return key.
pub(super) async fn prompts(driver: &dyn Driver, spec: &GuestSpec, at_least: usize, rule: &'static str) -> Result<(), Violation> {
    if !looks_inside() {
        return runs(driver, spec, rule).await;
    }
    if keeps_backlog(driver).await? {
        return within(rule, async || Ok(count_prompts(driver, spec).await? >= at_least)).await;
    }
    within(rule, async || Ok(answers_return(driver, spec).await)).await
}

/// What is seen of a boot from outside.
async fn runs(driver: &dyn Driver, spec: &GuestSpec, rule: &'static str) -> Result<(), Violation> {
    within(rule, async || Ok(holds(rule, driver.status(&spec.reference).await)? == Status::Running)).await
}

pub(super) async fn keeps_backlog(driver: &dyn Driver) -> Result<bool, Violation> {
    Ok(holds("capabilities are told", driver.capabilities().await)?.console_backlog)
}

/// Presses return on the serial line and looks for the prompt. A guest that is on its way has no line, or says nothing yet.
async fn answers_return(driver: &dyn Driver, spec: &GuestSpec) -> bool {
    let Ok(mut line) = driver.console(&spec.reference, ConsoleKind::Serial).await else { return false };
    if line.write_all(b"\n").await.is_err() {
        return false;
    }
    matches!(timeout(ANSWERS, reads(&mut line, &format!("{}:", spec.hostname), "a prompt")).await, Ok(Ok(())))
}

/// Switches the guest on and waits for a new prompt.
pub(super) async fn boots(driver: &dyn Driver, spec: &GuestSpec) -> Result<(), Violation> {
    let seen = count_prompts(driver, spec).await?;
    holds("a stopped guest starts", driver.start(&spec.reference).await)?;
    prompts(driver, spec, seen + 1, "a started guest comes to its prompt").await
}

/// Asks until work that may take long is done.
pub(super) async fn finished<T>(rule: &'static str, mut ask: impl AsyncFnMut() -> Result<Progress<T>, DriverError>) -> Result<T, Violation> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Progress::Done(it) = holds(rule, ask().await)? {
            return Ok(it);
        }
        must(rule, Instant::now() < deadline, "not in time")?;
        sleep(Duration::from_millis(200)).await;
    }
}

/// Our own tiny template has its disk a moment after its prompt.
const DISK_IS_THERE: &str = "while [ -e /etc/tiny-late ] && [ ! -s /etc/dropbear/key ]; do sleep 1; done\n";

/// Every question has a number of its own, so that an answer in the backlog is not taken for a new one.
static ASKED: AtomicU32 = AtomicU32::new(1_000);
const MARK: u32 = 10_000_000;

/// Writes `mark` to the guest's disk and waits until it is there.
pub(super) async fn writes_mark(driver: &dyn Driver, spec: &GuestSpec, mark: u32) -> Result<(), Violation> {
    let write = format!("{DISK_IS_THERE}mkdir -p /data\nexpr {} + 0 > /data/mark\nsync\n", mark * MARK);
    sums_to(driver, spec, &write, mark, "a guest writes to its disk").await
}

/// Reads the mark back from the guest's disk.
pub(super) async fn reads_mark(driver: &dyn Driver, spec: &GuestSpec, mark: u32, rule: &'static str) -> Result<(), Violation> {
    sums_to(driver, spec, DISK_IS_THERE, mark, rule).await
}

/// Types `before` and asks for the sum of the mark and a number: the answer differs from everything that was typed.
async fn sums_to(driver: &dyn Driver, spec: &GuestSpec, before: &str, mark: u32, rule: &'static str) -> Result<(), Violation> {
    if !looks_inside() {
        return Ok(());
    }
    let number = ASKED.fetch_add(1, Ordering::Relaxed);
    let mut line = holds(rule, driver.console(&spec.reference, ConsoleKind::Serial).await)?;
    holds(rule, line.write_all(format!("{before}expr $(cat /data/mark) + {number}\n").as_bytes()).await)?;
    reads(&mut line, &(mark * MARK + number).to_string(), rule).await
}

/// Presses the button until the guest is off: one that is still booting may miss it, as a real machine does.
pub(super) async fn obeys_power_button(driver: &dyn Driver, reference: &Reference) -> Result<(), Violation> {
    let rule = "a guest obeys the power button";
    let mut pressed: Option<Instant> = None;
    within(rule, async || {
        if pressed.is_none_or(|at| at.elapsed() > PRESS_AGAIN) {
            holds(rule, driver.shutdown(reference).await)?;
            pressed = Some(Instant::now());
        }
        Ok(holds(rule, driver.status(reference).await)? == Status::Stopped)
    })
    .await
}

async fn within(rule: &'static str, mut come_true: impl AsyncFnMut() -> Result<bool, Violation>) -> Result<(), Violation> {
    let deadline = Instant::now() + PATIENCE;
    while !come_true().await? {
        must(rule, Instant::now() < deadline, "not in time")?;
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

pub(super) async fn reads(stream: &mut (dyn ConsoleStream + '_), text: &str, rule: &'static str) -> Result<(), Violation> {
    let mut seen = Vec::new();
    let mut buffer = [0_u8; 4096];
    let found = timeout(PATIENCE, async {
        while !String::from_utf8_lossy(&seen).contains(text) {
            match stream.read(&mut buffer).await {
                Ok(count) if count > 0 => seen.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                _ => return false,
            }
        }
        true
    });
    let found = found.await.unwrap_or(false);
    must(rule, found, String::from_utf8_lossy(&seen))
}
