//! The program's log: one JSON object a line, on standard error, and in a file a day where the
//! configuration wants files. A field that the data map does not list is left out, addresses of
//! people in texts are struck out, and files go at the end of the map's term.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use kernel::agent::network;
use kernel::map::LogField;
use kernel::{Clock, Error, Result, Timestamp};
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry};

use crate::modules;

/// Fields of the server's own lines.
pub(crate) const FIELDS: &[LogField] = &[
    LogField { name: "network", text: "the network that a request came from: 256 addresses of IPv4, or 2^80 of IPv6", personal: true, days: 30 },
    LogField { name: "statements", text: "how many database statements a request took", personal: false, days: 30 },
    LogField { name: "job", text: "the name of a periodic job", personal: false, days: 30 },
    LogField { name: "done", text: "how much a job did", personal: false, days: 30 },
];

/// Where the log goes.
pub struct Destination {
    /// Folder of the daily files; none for standard error only.
    pub folder: Option<PathBuf>,
    /// What day it is.
    pub clock: Arc<dyn Clock>,
}

/// Begins to log; `default` is the filter where `FAIRHOLD_LOG` names none. Once for a process.
pub fn begin(default: &str, to: Destination) {
    let filter = EnvFilter::try_from_env("FAIRHOLD_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let fields = modules::data_map().log_fields.iter().map(|field| field.name).collect();
    Registry::default().with(filter).with(Lines { fields, to, today: Mutex::default() }).init();
}

/// Removes files of days whose term is over; tells how many.
///
/// # Errors
/// `Internal` when one cannot be removed.
pub fn purge(folder: &Path, now: Timestamp) -> Result<usize> {
    let days = modules::data_map().log_fields.iter().map(|field| field.days).min().unwrap_or(1);
    // A file holds a whole day, so its last line is as old as the day after it.
    let oldest = day(now.minus(std::time::Duration::from_secs(u64::from(days.saturating_sub(1)) * 86_400)));
    let failed = |error: std::io::Error| Error::internal("an old log file cannot be removed").caused_by(error);
    let mut gone = 0;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let date = name.to_str().and_then(|name| name.strip_prefix("fairhold-")?.strip_suffix(".ndjson"));
        if date.is_some_and(|date| date < oldest.as_str()) {
            std::fs::remove_file(entry.path()).map_err(failed)?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// `2026-11-22`, which sorts as it passes.
fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

struct Lines {
    fields: HashSet<&'static str>,
    to: Destination,
    today: Mutex<Option<(String, File)>>,
}

impl Lines {
    fn write(&self, line: &str, now: Timestamp) {
        // Whoever cannot log goes on: there is nobody left to tell.
        std::io::stderr().lock().write_all(line.as_bytes()).ok();
        let Some(folder) = &self.to.folder else { return };
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        let date = day(now);
        if today.as_ref().is_none_or(|(open, _)| *open != date) {
            *today = open(folder, &date).ok().map(|file| (date, file));
        }
        if let Some((_, file)) = today.as_mut() {
            file.write_all(line.as_bytes()).ok();
        }
    }
}

fn open(folder: &Path, date: &str) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::create_dir_all(folder)?;
    File::options().create(true).append(true).mode(0o600).open(folder.join(format!("fairhold-{date}.ndjson")))
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let now = self.to.clock.now();
        let mut line = Line { known: &self.fields, object: Map::new() };
        line.object.insert("timestamp".to_owned(), now.to_string().into());
        line.object.insert("level".to_owned(), event.metadata().level().as_str().into());
        line.object.insert("target".to_owned(), event.metadata().target().into());
        event.record(&mut line);
        self.write(&format!("{}\n", Value::Object(line.object)), now);
    }
}

/// The fields of one event that may be written.
struct Line<'a> {
    known: &'a HashSet<&'static str>,
    object: Map<String, Value>,
}

impl Line<'_> {
    fn keep(&mut self, field: &Field, value: Value) {
        if field.name() == "message" || self.known.contains(field.name()) {
            self.object.insert(field.name().to_owned(), value);
        }
    }
}

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.keep(field, redacted(&format!("{value:?}")).into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, redacted(value).into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, value.into());
    }
}

/// `text` without e-mail addresses, and with networks instead of the addresses of machines:
/// errors of other programs quote what they were given.
fn redacted(text: &str) -> String {
    let between = |letter: char| letter.is_whitespace() || "<>()\"'`,;=".contains(letter);
    let mut clean = String::with_capacity(text.len());
    for part in text.split_inclusive(between) {
        let word = part.trim_end_matches(between);
        let end = part.get(word.len()..).unwrap_or_default();
        let named = word.trim_end_matches(['.', ':']);
        let alone = named.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        match alone.or_else(|| named.parse::<SocketAddr>().ok().map(|both| both.ip())) {
            Some(address) => clean.push_str(&network(address)),
            None if word.contains('@') => clean.push_str("[address]"),
            None => clean.push_str(word),
        }
        clean.push_str(end);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_s_addresses_are_struck_out_of_texts() {
        assert_eq!(redacted("550 no such user <ada@example.org>: try later"), "550 no such user <[address]>: try later");
        assert_eq!(redacted("from 203.0.113.77, and 2001:db8:1:2::3."), "from 203.0.113.0/24, and 2001:db8:1::/48");
        assert_eq!(redacted("connecting to 127.0.0.1:41283"), "connecting to 127.0.0.0/24");
        assert_eq!(redacted("the key 1.2 of epoch 3 does not open"), "the key 1.2 of epoch 3 does not open");
    }

    #[test]
    fn a_day_s_file_goes_when_its_last_line_is_past_its_term() {
        let folder = tempfile::tempdir().unwrap();
        let now: Timestamp = Timestamp(1_772_366_400_000_000);
        for back in [0, 28, 29, 30, 31] {
            let date = day(now.minus(std::time::Duration::from_secs(back * 86_400)));
            std::fs::write(folder.path().join(format!("fairhold-{date}.ndjson")), "{}\n").unwrap();
        }
        std::fs::write(folder.path().join("notes.txt"), "somebody else's").unwrap();
        assert_eq!(purge(folder.path(), now).unwrap(), 2);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
    }
}
