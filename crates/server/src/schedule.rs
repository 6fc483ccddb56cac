//! Periodic work: events are delivered, jobs run when due, each by one process at a time.

use std::time::Duration;

use kernel::event::{self, Reaction};
use kernel::{Cx, Job, lease};
use tokio::sync::watch;

use crate::log;
use crate::wiring::LogFolder;

/// Longest wait before the outbox is looked at again.
const POLL: Duration = Duration::from_secs(1);
/// A job that runs longer loses its lease; its work is idempotent, so that costs only double effort.
const JOB_LEASE: Duration = Duration::from_secs(300);

/// Resolves once the server stops.
pub(crate) async fn stopped(mut stop: watch::Receiver<bool>) {
    stop.wait_for(|stopped| *stopped).await.ok();
}

/// Delivers events until the server stops.
pub(crate) async fn deliver(cx: Cx, reactions: Vec<Reaction>, stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match event::deliver(&cx, &reactions).await {
            Ok(0) => {
                tokio::select! {
                    () = cx.work_or(POLL) => {}
                    () = stopped(stop.clone()) => {}
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error = %error.chain(), "events wait for the database");
                tokio::time::sleep(POLL).await;
            }
        }
    }
}

/// How soon a process knows of a cluster that another one enrolled, changed or removed.
const FOLLOWED_EVERY: Duration = Duration::from_secs(2);

/// Keeps this process's drivers as the database says until the server stops.
pub(crate) async fn follow_clusters(cx: Cx, stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(FOLLOWED_EVERY) => {}
            () = stopped(stop.clone()) => return,
        }
        if let Err(error) = compute::cluster::follow(&cx).await {
            tracing::warn!(error = %error.chain(), "the list of clusters waits for the database");
        }
    }
}

/// Removes log files whose term is over.
pub(crate) const PURGE_LOG: Job = Job {
    name: "server.log.purge",
    purpose: &kernel::map::purpose::OPERATE,
    every: Duration::from_secs(3_600),
    run: |cx| Box::pin(async move { cx.extension::<LogFolder>()?.0.as_deref().map_or(Ok(0), |folder| log::purge(folder, cx.now())) }),
};

/// Runs `job` whenever it is due until the server stops.
pub(crate) async fn run_job(cx: Cx, job: Job, stop: watch::Receiver<bool>) {
    let holder = format!("scheduler-{}", cx.new_uuid());
    while !*stop.borrow() {
        if let Err(error) = once(&cx, &job, &holder).await {
            tracing::warn!(job = job.name, error = %error.chain(), "a job failed; it runs again when due");
        }
        tokio::select! {
            () = tokio::time::sleep(job.every.min(Duration::from_secs(5))) => {}
            () = stopped(stop.clone()) => {}
        }
    }
}

async fn once(cx: &Cx, job: &Job, holder: &str) -> kernel::Result<()> {
    let Some(fence) = lease::take(cx, job.name, holder, JOB_LEASE).await? else { return Ok(()) };
    let outcome = (job.run)(cx.clone()).await;
    // Short jobs are due again a little early rather than a whole tick late.
    lease::give_back(cx, job.name, fence, job.every.saturating_sub(Duration::from_millis(100))).await?;
    outcome.map(|done| {
        if done > 0 {
            tracing::debug!(job = job.name, done, "job ran");
        }
    })
}
