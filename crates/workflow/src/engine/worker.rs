//! The worker: a loop that claims what is due and carries several operations out at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::{Cx, Ignore, Result, Timestamp};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::intercept::Interceptor;
use super::run;
use crate::definition::Registered;
use crate::operation::store::{self, worker};

/// Shares its definition with the operations that it carries out.
pub(super) struct Shared {
    pub(super) cx: Cx,
    pub(super) workflows: HashMap<&'static str, Registered>,
    pub(super) interceptor: Option<Arc<dyn Interceptor>>,
    pub(super) lease: Duration,
    /// True once the worker was told to stop.
    pub(super) stopping: watch::Sender<bool>,
}

/// Carries operations out.
#[derive(Clone)]
pub struct Worker {
    shared: Arc<Shared>,
    holder: String,
    at_once: usize,
    /// How many workers lived, and when that was asked.
    living: Arc<Mutex<Option<(Timestamp, u64)>>>,
}

const LEASE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_secs(1);

impl Worker {
    /// A worker for `workflows`; `at_once` operations run side by side.
    pub fn new(cx: Cx, workflows: Vec<Registered>, at_once: usize) -> Self {
        let holder = format!("worker-{}", cx.new_uuid());
        let workflows = workflows.into_iter().map(|one| (one.name, one)).collect();
        Self {
            shared: Arc::new(Shared { cx, workflows, interceptor: None, lease: LEASE, stopping: watch::Sender::new(false) }),
            holder,
            at_once,
            living: Arc::default(),
        }
    }

    /// The same worker with an interceptor; only before it runs.
    #[must_use]
    pub fn intercepted(self, interceptor: Arc<dyn Interceptor>) -> Self {
        let shared = Arc::try_unwrap(self.shared).map(|shared| Shared { interceptor: Some(interceptor), ..shared });
        match shared {
            Ok(shared) => Self { shared: Arc::new(shared), ..self },
            Err(shared) => Self { shared, ..self },
        }
    }

    /// Works until `stop` resolves, then finishes the steps at hand; those that can go on later make way.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let mut running = JoinSet::new();
        tokio::pin!(stop);
        loop {
            let free = self.at_once.saturating_sub(running.len());
            match self.take(free, &mut running).await {
                Ok(taken) if taken > 0 && taken == free => {}
                Ok(_) => {
                    tokio::select! {
                        () = &mut stop => break,
                        () = self.shared.cx.work_or(POLL) => {}
                        Some(_) = running.join_next() => {}
                    }
                }
                Err(error) => {
                    tracing::warn!(error = %error.chain(), "the worker cannot reach the database; it tries again");
                    tokio::select! {
                        () = &mut stop => break,
                        () = tokio::time::sleep(POLL) => {}
                    }
                }
            }
        }
        self.shared.stopping.send_replace(true);
        while running.join_next().await.is_some() {}
        worker::gone(&self.shared.cx, &self.holder).await.ignore_because("the others notice within seconds");
    }

    /// Carries out what is due now and returns when nothing is; tells how many operations it touched.
    ///
    /// # Errors
    /// Database errors while claiming.
    pub async fn run_due(&self) -> Result<usize> {
        let mut touched = 0;
        loop {
            let mut running = JoinSet::new();
            let taken = self.take(self.at_once, &mut running).await?;
            while running.join_next().await.is_some() {}
            if taken == 0 {
                return Ok(touched);
            }
            touched += taken;
        }
    }

    /// How many workers live, this one included; asked again every few seconds.
    async fn living(&self) -> Result<u64> {
        let now = self.shared.cx.now();
        let known = *self.living.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, living)) = known.filter(|(asked, _)| now.since(*asked) < worker::SEEN_EVERY) {
            return Ok(living);
        }
        let living = worker::seen(&self.shared.cx, &self.holder).await?;
        *self.living.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, living));
        Ok(living)
    }

    async fn take(&self, limit: usize, running: &mut JoinSet<()>) -> Result<usize> {
        if limit == 0 {
            return Ok(0);
        }
        let living = self.living().await?;
        let rows = store::claim(&self.shared.cx, &self.holder, self.shared.lease, limit as u64, living).await?;
        let taken = rows.len();
        for row in rows {
            let shared = self.shared.clone();
            running.spawn(async move {
                let id = row.id;
                if let Err(error) = run::carry_out(&shared, row).await {
                    // The lease runs out by itself; another worker, or this one, goes on from the last note.
                    tracing::warn!(operation = %id, error = %error.chain(), "an operation was left to its lease");
                }
            });
        }
        Ok(taken)
    }
}
