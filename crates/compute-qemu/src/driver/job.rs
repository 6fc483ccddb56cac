//! QEMU's jobs: begun once, waited for, and put away. An interrupted call leaves its job to the next.

use std::time::Duration;

use compute_driver::DriverError;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::power::asked;
use crate::guest::place::Place;

/// Writing a guest's memory takes as long as the host's disk takes.
const PATIENCE: Duration = Duration::from_secs(300);

/// A job to be done.
pub(super) struct Job {
    command: &'static str,
    id: String,
    arguments: Value,
}

impl Job {
    pub(super) fn new(command: &'static str, about: &str, mut arguments: Value) -> Self {
        let id = format!("{command}-{about}");
        if let Some(fields) = arguments.as_object_mut() {
            fields.insert("job-id".to_owned(), id.clone().into());
        }
        Self { command, id, arguments }
    }
}

/// How a job stands.
pub(super) enum Standing {
    /// QEMU knows no such job.
    Unknown,
    /// It goes on; per cent.
    Working(Option<u8>),
    /// It has ended well.
    Done,
    /// It has ended otherwise.
    Failed(String),
}

/// Does the job and puts it away.
pub(super) async fn run(place: &Place, job: Job) -> Result<(), DriverError> {
    begin(place, &job).await?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match standing(place, &job.id).await? {
            Standing::Done => return dismiss(place, &job.id).await,
            Standing::Failed(reason) => {
                dismiss(place, &job.id).await?;
                return Err(failure(reason));
            }
            Standing::Unknown => return Err(DriverError::outcome_unknown("QEMU has forgotten the job")),
            Standing::Working(_) if Instant::now() > deadline => return Err(DriverError::outcome_unknown("QEMU is still at it")),
            Standing::Working(_) => sleep(Duration::from_millis(30)).await,
        }
    }
}

/// Begins the job and does not wait.
pub(super) async fn begin(place: &Place, job: &Job) -> Result<(), DriverError> {
    asked(place, job.command, job.arguments.clone()).await.map(drop)
}

/// What QEMU says of the job `id`.
pub(super) async fn standing(place: &Place, id: &str) -> Result<Standing, DriverError> {
    let jobs = asked(place, "query-jobs", json!({})).await?;
    let found = jobs.as_array().into_iter().flatten().find(|job| job.get("id").and_then(Value::as_str) == Some(id));
    Ok(found.map_or(Standing::Unknown, read))
}

fn read(job: &Value) -> Standing {
    let number = |name: &str| job.get(name).and_then(Value::as_u64);
    match job.get("status").and_then(Value::as_str) {
        Some("concluded") => match job.get("error").and_then(Value::as_str) {
            Some(error) => Standing::Failed(error.to_owned()),
            None => Standing::Done,
        },
        _ => Standing::Working(percent(number("current-progress"), number("total-progress"))),
    }
}

fn percent(current: Option<u64>, total: Option<u64>) -> Option<u8> {
    let (current, total) = (current?, total.filter(|total| *total > 0)?);
    u8::try_from(current.min(total).saturating_mul(100) / total).ok()
}

/// Puts an ended job away.
pub(super) async fn dismiss(place: &Place, id: &str) -> Result<(), DriverError> {
    asked(place, "job-dismiss", json!({ "id": id })).await.map(drop)
}

/// Waits for the snapshot jobs that an interrupted call left, and puts them away.
pub(super) async fn settle(place: &Place) -> Result<(), DriverError> {
    let jobs = asked(place, "query-jobs", json!({})).await?;
    let left = jobs.as_array().into_iter().flatten().filter_map(|job| job.get("id")?.as_str());
    for id in left.filter(|id| id.starts_with("snapshot-")) {
        let deadline = Instant::now() + PATIENCE;
        while let Standing::Working(_) = standing(place, id).await? {
            if Instant::now() > deadline {
                return Err(DriverError::unavailable("an earlier snapshot is still being worked on"));
            }
            sleep(Duration::from_millis(30)).await;
        }
        dismiss(place, id).await?;
    }
    Ok(())
}

/// "No space left" is the one failure that somebody can mend by making room.
pub(super) fn failure(reason: String) -> DriverError {
    if reason.contains("No space left") { DriverError::full(reason) } else { DriverError::failed(reason, "") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_done_only_when_it_says_so_without_an_error() {
        assert!(matches!(read(&json!({ "status": "concluded" })), Standing::Done));
        assert!(matches!(read(&json!({ "status": "concluded", "error": "no" })), Standing::Failed(_)));
        assert!(matches!(read(&json!({ "status": "running", "current-progress": 1, "total-progress": 4 })), Standing::Working(Some(25))));
        assert!(matches!(read(&json!({ "status": "a-word-of-2030", "total-progress": 0 })), Standing::Working(None)));
    }

    #[test]
    fn a_full_disk_is_told_apart() {
        assert!(matches!(failure("write failed: No space left on device".into()), DriverError::Full { .. }));
        assert!(matches!(failure("no such tag".into()), DriverError::Failed { .. }));
    }
}
