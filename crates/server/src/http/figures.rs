//! What Prometheus may ask for: figures of requests, work and the process. Labels are patterns of
//! routes, methods, statuses and states, never ids, addresses or names.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::{Cx, Error, Result};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::Door;

type Labels = Vec<(&'static str, String)>;

/// Upper bounds in seconds.
const TIMES: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];
/// Statements of one request.
const COUNTS: [f64; 6] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];

/// The figures of one process.
pub(crate) struct Figures {
    registry: Mutex<Registry>,
    requests: Family<Labels, Counter>,
    seconds: Family<Labels, Histogram>,
    statements: Family<Labels, Histogram>,
    operations: Family<Labels, Gauge>,
    events: Gauge,
    oldest_event: Gauge,
    memory: Gauge,
    free: Gauge,
    database: Gauge,
}

impl Figures {
    /// All at nothing.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("fairhold");
        let figures = Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(TIMES)),
            statements: Family::new_with_constructor(|| Histogram::new(COUNTS)),
            operations: Family::default(),
            events: Gauge::default(),
            oldest_event: Gauge::default(),
            memory: Gauge::default(),
            free: Gauge::default(),
            database: Gauge::default(),
            registry: Mutex::default(),
        };
        registry.register("requests", "Answered requests", figures.requests.clone());
        registry.register_with_unit("request_duration", "Time to the answer", Unit::Seconds, figures.seconds.clone());
        registry.register("request_statements", "Database statements of a request", figures.statements.clone());
        registry.register("operations", "Operations that are not finished, by state", figures.operations.clone());
        registry.register("events_waiting", "Events that no reaction has heard of yet", figures.events.clone());
        registry.register_with_unit("event_oldest_age", "Age of the oldest waiting event", Unit::Seconds, figures.oldest_event.clone());
        registry.register_with_unit("process_resident_memory", "Memory of this process", Unit::Bytes, figures.memory.clone());
        registry.register_with_unit("data_free", "Room left for the data folder", Unit::Bytes, figures.free.clone());
        registry.register("database_up", "1 while the database answers", figures.database.clone());
        *figures.registry.lock().unwrap_or_else(PoisonError::into_inner) = registry;
        figures
    }

    /// Takes an answered request in. `route` is a pattern, not a path.
    pub(crate) fn request(&self, method: &str, route: &str, status: u16, took: Duration, statements: u64) {
        let route = ("route", route.to_owned());
        self.requests.get_or_create(&vec![("method", method.to_owned()), route.clone(), ("status", status.to_string())]).inc();
        self.seconds.get_or_create(&vec![route.clone()]).observe(took.as_secs_f64());
        self.statements.get_or_create(&vec![route]).observe(statements as f64);
    }

    async fn look(&self, door: &Door) {
        let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.memory.set(whole(resident().unwrap_or(0)));
        self.free.set(whole(super::health::free(&door.folder).unwrap_or(0)));
        let up = self.look_at_database(&door.cx).await;
        self.database.set(i64::from(up.is_ok()));
    }

    async fn look_at_database(&self, cx: &Cx) -> Result<()> {
        let waiting = kernel::event::waiting(cx.db()).await?;
        self.events.set(i64::try_from(waiting.count).unwrap_or(i64::MAX));
        let age = waiting.oldest.map_or(Duration::ZERO, |oldest| cx.now().since(oldest));
        self.oldest_event.set(i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
        for (state, count) in workflow::operation::unfinished(cx.db()).await? {
            self.operations.get_or_create(&vec![("state", state.to_owned())]).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        Ok(())
    }
}

/// `GET /metrics`
pub(crate) async fn metrics(State(door): State<Door>) -> Response {
    door.figures.look(&door).await;
    let mut text = String::new();
    let encoded = encode(&mut text, &door.figures.registry.lock().unwrap_or_else(PoisonError::into_inner));
    match encoded {
        Ok(()) => ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response(),
        Err(error) => Error::internal("the figures cannot be written").caused_by(error).into_response(),
    }
}

/// Resident memory in bytes, as Linux counts it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
