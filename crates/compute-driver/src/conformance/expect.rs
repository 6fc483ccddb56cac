//! What the suite expects in single steps, and how a broken promise is told.

use std::time::Duration;

use tokio::{
    io::AsyncReadExt,
    time::{Instant, sleep, timeout},
};

use crate::{ConsoleStream, Driver, GuestSpec, Reference, Status};

/// A boot in software translation on a busy machine takes minutes at worst.
const PATIENCE: Duration = Duration::from_secs(240);
/// How long a guest may take over the power button before it is pressed again.
const PRESS_AGAIN: Duration = Duration::from_secs(10);

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

pub(super) async fn prompts(driver: &dyn Driver, spec: &GuestSpec, at_least: usize, rule: &'static str) -> Result<(), Violation> {
    within(rule, async || Ok(count_prompts(driver, spec).await? >= at_least)).await
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
