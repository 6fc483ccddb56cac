//! Whether an installation is whole: its database, keys, books, log and files; and whether a backup
//! could be put back.

use std::path::Path;

use kernel::rows::{Pages, Shape};
use kernel::{Cx, Result};
use privacy::erasure::ledger;
use serde::Serialize;

use super::pack::Reader;
use super::{DATA, KEYS_END};
use crate::config::Config;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// Whether it is as it should be.
    pub holds: bool,
    /// What was found.
    pub evidence: String,
}

fn check(name: &'static str, faults: &[String], good: String) -> Check {
    let evidence = faults.first().map_or(good, |first| format!("{} faults, the first: {first}", faults.len()));
    Check { name, holds: faults.is_empty(), evidence }
}

/// Looks at everything. Opening the installation has compared the map with the database before.
///
/// # Errors
/// Database errors; what is wrong is in the result.
pub async fn verify(cx: &Cx, config: &Config) -> Result<Vec<Check>> {
    let mut checks = vec![check("database file", &cx.database().faults().await?, "the engine finds its pages and indexes whole".to_owned())];
    let (mut rows, mut faults) = (0, Vec::new());
    let snapshot = cx.database().snapshot().await?;
    for table in cx.map().tables.values() {
        let shape = Shape::of(table);
        let read = async { Pages::of(&snapshot, &shape).await?.finish().await };
        match read.await {
            Ok(digest) => rows += digest.rows,
            Err(error) => faults.push(format!("{}: {}", table.name, error.chain())),
        }
    }
    drop(snapshot);
    checks.push(check("rows", &faults, format!("{rows} rows of {} tables read, each value of its declared type", cx.map().tables.len())));
    checks.push(match kernel::seal::check(cx).await {
        Ok(count) => check("keys", &[], format!("{count} keys open under the root key")),
        Err(error) => check("keys", &[error.chain()], String::new()),
    });
    let log = audit::log::verify(cx).await?;
    let faults: Vec<String> = log.broken.iter().map(|(index, what)| format!("leaf {index}: {what}")).collect();
    checks.push(check("log", &faults, format!("{} leaves recomputed, {} statements compared", log.size, log.opened)));
    checks.push(check("books", &billing::verify::verify(cx).await?, "entries balance, documents add up, numbers have no hole".to_owned()));
    checks.push(match ledger::read(&config.data_dir) {
        Ok(lines) => check("erasure ledger", &[], format!("{} erasures", lines.len())),
        Err(error) => check("erasure ledger", &[error.chain()], String::new()),
    });
    let missing = privacy::export::missing_files(cx).await?;
    checks.push(check("files", &missing, "every export has its file".to_owned()));
    Ok(checks)
}

/// Reads both parts of a backup to their ends and compares every table with its digest.
///
/// # Errors
/// `Conflict` naming the part that is damaged.
pub fn verify_files(config: &Config, data: &Path, keys: &Path) -> Result<Vec<Check>> {
    let root = super::root_key(config)?;
    let mut checks = Vec::new();
    for (name, end, path) in [("data", DATA, data), ("keys", KEYS_END, keys)] {
        let mut reader = Reader::open(&root, end, path)?;
        let at = reader.head.at;
        let (tables, files) = super::restore::digests(&mut reader)?;
        checks.push(check(
            name,
            &[],
            format!("saved {at}: {} rows of {} tables and {files} files, as they were saved", tables.values().sum::<u64>(), tables.len()),
        ));
    }
    Ok(checks)
}
