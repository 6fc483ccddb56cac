//! Calls that take their time: tasks until their end, locks until they are free, and answers that got lost.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::answer::Fields;
use super::connection::{Call, Client, upid_in};
use super::params::Params;
use super::task::{Stand, Upid, stand};
use super::trouble::Trouble;

/// How long somebody else's lock is waited for. The server itself waits ten seconds for a file's lock.
const LOCKED_FOR: Duration = Duration::from_secs(60);
const SHORTEST: Duration = Duration::from_millis(150);
const LONGEST: Duration = Duration::from_secs(3);
/// Seconds by which two clocks may differ that were compared by whole seconds on the way.
const CLOCKS: i64 = 5;

/// A pause that doubles up to a limit.
struct Pause(Duration);

impl Pause {
    fn new() -> Self {
        Self(SHORTEST)
    }

    async fn take(&mut self) {
        sleep(self.0).await;
        self.0 = (self.0 * 3 / 2).min(LONGEST);
    }
}

impl Client {
    /// Makes a call without a task; waits while the guest is locked, because then nothing has happened.
    pub(crate) async fn settle(&self, call: &Call) -> Result<Value, Trouble> {
        let deadline = Instant::now() + self.patience(LOCKED_FOR);
        let mut pause = Pause::new();
        loop {
            match self.ask(call).await {
                Err(Trouble::Locked(_)) if Instant::now() < deadline => pause.take().await,
                answered => return answered,
            }
        }
    }

    /// Makes a call and waits for its task, `patience` at most.
    ///
    /// # Errors
    /// `Lost` when the task goes on past that, or nobody knows whether there is one.
    pub(crate) async fn work(&self, call: &Call, node: &str, vmid: u32, patience: Duration) -> Result<(), Trouble> {
        let unlocked = Instant::now() + self.patience(LOCKED_FOR);
        let mut pause = Pause::new();
        loop {
            let ended = match self.begin(call, node, vmid).await {
                Ok(Some(upid)) => self.wait(&upid, patience).await,
                Ok(None) => Ok(()),
                Err(trouble) => Err(trouble),
            };
            match ended {
                Err(Trouble::Locked(_)) if Instant::now() < unlocked => pause.take().await,
                ended => return ended,
            }
        }
    }

    /// Makes a call and tells its task; none where this version answers without one.
    pub(crate) async fn begin(&self, call: &Call, node: &str, vmid: u32) -> Result<Option<Upid>, Trouble> {
        let since = self.cluster_now();
        match self.ask(call).await {
            Ok(answer) => Ok(upid_in(&answer)),
            // The answer got lost, the task may not be: look before anybody tries again.
            Err(Trouble::Lost(why)) if !call.task.is_empty() => {
                tracing::debug!(task = call.task, why, "an answer got lost, looking for its task");
                self.newest_task(call.task, node, vmid, since - CLOCKS).await?.map(Some).ok_or(Trouble::Lost(why))
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// The newest task of ours of this kind on this guest that was started at `since` or later.
    async fn newest_task(&self, kind: &str, node: &str, vmid: u32, since: i64) -> Result<Option<Upid>, Trouble> {
        let tasks = self.tasks(node, vmid, kind).await?;
        let recent = |upid: &Upid| i64::try_from(upid.started).unwrap_or(0) >= since;
        Ok(tasks.into_iter().filter(recent).max_by_key(|upid| upid.started))
    }

    /// Tasks of ours of this kind on this guest, finished or not, as far back as the node remembers.
    pub(crate) async fn tasks(&self, node: &str, vmid: u32, kind: &str) -> Result<Vec<Upid>, Trouble> {
        let params = Params::new().with("vmid", vmid).with("source", "all").with("typefilter", kind).with("limit", 20);
        let answer = self.ask(&Call::new(Method::GET, &["nodes", node, "tasks"]).with(params)).await?;
        let tasks = Fields::each(answer).into_iter().filter_map(|task| Upid::parse(&task.words("upid")));
        Ok(tasks.filter(|upid| upid.kind == kind && upid.user == self.user).collect())
    }

    /// How a task stands.
    pub(crate) async fn stand(&self, upid: &Upid) -> Result<Stand, Trouble> {
        let answer = self.ask(&Call::new(Method::GET, &["nodes", &upid.node, "tasks", upid.as_str(), "status"])).await?;
        Ok(stand(&Fields::of(answer)))
    }

    /// Waits for a task's end.
    pub(crate) async fn wait(&self, upid: &Upid, patience: Duration) -> Result<(), Trouble> {
        let deadline = Instant::now() + self.patience(patience);
        let mut pause = Pause::new();
        loop {
            match self.stand(upid).await {
                Ok(Stand::Succeeded) => return Ok(()),
                Ok(Stand::Failed(Trouble::Said(text))) => return Err(Trouble::Said(self.with_log(upid, text).await)),
                Ok(Stand::Failed(trouble)) => return Err(trouble),
                // Whether the task ended is not known while its node is away; it may come back.
                Ok(Stand::Running) | Err(Trouble::Unreachable(_) | Trouble::Lost(_)) if Instant::now() < deadline => pause.take().await,
                Ok(Stand::Running) => return Err(Trouble::Lost(format!("the task {} goes on", upid.kind))),
                Err(trouble) => return Err(Trouble::Lost(trouble.to_string())),
            }
        }
    }

    /// The exit text and what the task wrote before it, one line each.
    async fn with_log(&self, upid: &Upid, text: String) -> String {
        let params = Params::new().with("limit", 500);
        let log = self.ask(&Call::new(Method::GET, &["nodes", &upid.node, "tasks", upid.as_str(), "log"]).with(params)).await;
        let lines: Vec<_> = Fields::each(log.unwrap_or_default()).into_iter().filter_map(|line| line.text("t")).collect();
        let lines = lines.get(lines.len().saturating_sub(30)..).unwrap_or_default();
        if lines.is_empty() { text } else { format!("{text}\n{}", lines.join("\n")) }
    }
}
