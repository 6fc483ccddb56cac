//! Makes a backup of an installation that may be serving.

use std::path::{Path, PathBuf};

use kernel::db::Database;
use kernel::map::Table;
use kernel::rows::{Pages, Shape};
use kernel::seal::RootKey;
use kernel::{Clock, Error, Result};
use privacy::erasure::ledger;
use sea_orm::DatabaseTransaction;

use super::pack::{FORMAT, Head, Part, Writer};
use super::{DATA, KEYS, KEYS_END, Say};
use crate::config::Config;

/// What of a data folder is in no backup: keys have their own rules, templates can be built again,
/// the disks of machines change while they run, and the rest means something to running processes only.
const LEFT_OUT: &[&str] = &["keys", "images", "guests", "run", "locks", "logs", "serving.lock"];

/// A finished backup.
#[derive(Debug, Clone)]
pub struct Made {
    /// The part that is kept long.
    pub data: PathBuf,
    /// The part with the data keys.
    pub keys: PathBuf,
    /// Rows in both.
    pub rows: u64,
    /// Size of both in bytes.
    pub size: u64,
    /// Older files of keys that were removed.
    pub removed: Vec<PathBuf>,
}

/// Writes both parts, into two different folders, and keeps the newest `keep_keys` files of keys.
///
/// # Errors
/// `Invalid` for one folder for both, `Conflict` without a root key or with a database of another
/// version, `Unavailable` when a disk is full. Nothing half-made keeps a backup's name.
pub async fn make(config: &Config, to: &Path, keys_to: &Path, keep_keys: usize, say: Say<'_>) -> Result<Made> {
    let root = super::root_key(config)?;
    for folder in [to, keys_to] {
        std::fs::create_dir_all(folder).map_err(|error| Error::invalid("to", format!("the folder {} cannot be made", folder.display())).caused_by(error))?;
    }
    let real = |folder: &Path| folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    if real(to) == real(keys_to) {
        return Err(Error::invalid(
            "keys_to",
            "name another folder for the keys, best on another machine: whoever has both parts and the root key reads everything",
        ));
    }
    let database = super::known_database(config).await?;
    let head = Head { format: FORMAT, at: kernel::time::SystemClock.now(), migrations: database.applied_migrations().await? };
    let snapshot = database.snapshot().await?;
    let stamp: String = head.at.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    let path = |folder: &Path, end: &str| folder.join(format!("fairhold-{stamp}.{end}"));
    let (data, keys) = (path(to, DATA), path(keys_to, KEYS_END));
    let (held, mut tables): (Vec<Table>, Vec<Table>) = super::tables().into_iter().partition(|table| table.name == KEYS);
    tables.sort_by_key(|table| table.name);

    let mut rows = 0;
    let size = write(&root, DATA, &data, &head, async |writer| {
        rows += pack(&snapshot, &tables, writer, say).await?;
        for (name, file) in files(config)? {
            say(&format!("  {name}"));
            writer.file(&name, &file)?;
        }
        Ok(())
    })
    .await?;
    let more = write(&root, KEYS_END, &keys, &head, async |writer| {
        rows += pack(&snapshot, &held, writer, say).await?;
        for (name, file) in epochs(config) {
            writer.file(&name, &file)?;
        }
        // Read last, so that it is never older than the keys: who is missing there is named here.
        let noted = ledger::path(&config.data_dir);
        if noted.exists() { writer.file(LEDGER, &noted) } else { Ok(()) }
    })
    .await?;
    drop(snapshot);
    close(database).await;
    let removed = remove_older(keys_to, keep_keys.max(1))?;
    Ok(Made { data, keys, rows, size: size + more, removed })
}

/// The erasure ledger's name in a backup.
pub(super) const LEDGER: &str = "erasure-ledger.ndjson";

async fn write(root: &RootKey, end: &str, path: &Path, head: &Head, fill: impl AsyncFnOnce(&mut Writer) -> Result<()>) -> Result<u64> {
    let partial = path.with_extension(format!("{end}.partial"));
    let mut writer = Writer::create(root, end, &partial, head)?;
    let done = match fill(&mut writer).await {
        Ok(()) => writer.finish(),
        Err(error) => Err(error),
    };
    if done.is_err() {
        std::fs::remove_file(&partial).ok();
    }
    let size = done?;
    std::fs::rename(&partial, path).map_err(|error| Error::internal(format!("{} cannot be given its name", path.display())).caused_by(error))?;
    Ok(size)
}

async fn pack(snapshot: &DatabaseTransaction, tables: &[Table], writer: &mut Writer, say: Say<'_>) -> Result<u64> {
    let mut total = 0;
    for table in tables {
        let shape = Shape::of(table);
        writer.part(&Part::Table(shape.clone()))?;
        let mut pages = Pages::of(snapshot, &shape).await?;
        loop {
            let rows = pages.next().await?;
            if rows.is_empty() {
                break;
            }
            writer.part(&Part::Rows { rows })?;
        }
        let digest = pages.digest;
        if digest.rows > 0 {
            say(&format!("  {:<28} {:>9} rows", table.name, digest.rows));
        }
        total += digest.rows;
        writer.part(&Part::TableEnd { digest })?;
    }
    Ok(total)
}

/// Files of the data folder that belong into a backup, with their names in it.
fn files(config: &Config) -> Result<Vec<(String, PathBuf)>> {
    let failed = |error: walkdir::Error| Error::internal("the data folder cannot be read").caused_by(error);
    let database = config.database_url().strip_prefix("sqlite:").map(|path| path.trim_start_matches("//").to_owned());
    let mut found = Vec::new();
    let walk = walkdir::WalkDir::new(&config.data_dir).min_depth(1).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|entry| entry.depth() != 1 || !LEFT_OUT.iter().any(|left| entry.file_name() == *left)) {
        let entry = entry.map_err(failed)?;
        // The embedded database and its side files are in the backup as rows.
        let is_database = database.as_ref().is_some_and(|path| entry.path().to_string_lossy().starts_with(path.as_str()));
        if let (true, false, Ok(name)) = (entry.file_type().is_file(), is_database, entry.path().strip_prefix(&config.data_dir)) {
            found.push((name.to_string_lossy().into_owned(), entry.into_path()));
        }
    }
    Ok(found)
}

fn epochs(config: &Config) -> Vec<(String, PathBuf)> {
    let folder = config.root_key().parent().map(Path::to_owned).unwrap_or_default();
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    names.filter_map(|entry| Some((entry.file_name().to_str()?.to_owned(), entry.path()))).filter(|(name, _)| name.starts_with("epoch-")).collect()
}

/// Keys that a backup keeps for ever would keep the erased readable.
fn remove_older(folder: &Path, keep: usize) -> Result<Vec<PathBuf>> {
    let failed = |error: std::io::Error| Error::internal(format!("older files of keys in {} cannot be removed", folder.display())).caused_by(error);
    let ours = |path: &PathBuf| {
        path.extension().is_some_and(|end| end == KEYS_END) && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("fairhold-"))
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).map_err(failed)?.flatten().map(|entry| entry.path()).filter(ours).collect();
    files.sort();
    files.truncate(files.len().saturating_sub(keep));
    for file in &files {
        std::fs::remove_file(file).map_err(failed)?;
    }
    Ok(files)
}

async fn close(database: Database) {
    // The process ends soon; a connection that does not close now closes then.
    kernel::Ignore::ignore_because(database.close().await, "everything was read");
}
