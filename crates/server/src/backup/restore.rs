//! Puts a backup back, into an installation that nobody has set up yet. Erasures that were noted
//! after the backup are carried out again before anybody can be served.

use std::collections::HashMap;
use std::path::{Component, Path};

use kernel::db::Database;
use kernel::rows::{self, Digest};
use kernel::{Error, Result, Timestamp};
use privacy::erasure::ledger;
use sea_orm::DatabaseTransaction;
use sea_orm_migration::MigrationTrait;

use super::make::LEDGER;
use super::pack::{Part, Reader, damaged};
use super::{DATA, Hold, KEYS_END, Say};
use crate::app::{App, Stand};
use crate::config::Config;
use crate::modules;

/// What lets somebody in for a short while. It may have been ended since the backup, so it is left out: people sign in again.
const OPENS_DOORS: [&str; 4] = ["identity_session", "identity_email_verification", "identity_password_reset", "compute_console_ticket"];

/// A backup that was put back.
#[derive(Debug, Clone)]
pub struct Restored {
    /// When the data was saved.
    pub at: Timestamp,
    /// Rows.
    pub rows: u64,
    /// Erasures on the ledger; whoever they name is not in the database.
    pub erasures: usize,
}

/// Restores `data` with `keys`. The newest file of keys is the right one, also for older data.
///
/// # Errors
/// `Conflict` without a root key, with a database that is in use, with damaged files, or while
/// somebody serves. Rows are written in one transaction: all of them or none.
pub async fn restore(config: &Config, stand: Stand, data: &Path, keys: &Path, say: Say<'_>) -> Result<Restored> {
    let _hold = Hold::alone(&config.data_dir)?;
    let root = super::root_key(config)?;
    let (mut data, mut keys) = (Reader::open(&root, DATA, data)?, Reader::open(&root, KEYS_END, keys)?);
    if keys.head.at < data.head.at {
        return Err(Error::invalid(
            "keys",
            "these keys are older than the data: values that were sealed in between would be lost. Use the newest file of keys",
        ));
    }
    let database = Database::connect(&config.database_url()).await?;
    if !database.applied_migrations().await?.is_empty() {
        return Err(Error::conflict(
            "The database is not empty, and restoring would replace it. Move fairhold.db and its side files away, or make an empty PostgreSQL database, then try again.",
        ));
    }
    migrate_as(&database, &data.head.migrations).await?;
    say("Writing rows …");
    let head = data.head.clone();
    let restored = database
        .write_alone(async |tx| {
            let rows = unpack(config, tx, &mut data, say).await? + unpack(config, tx, &mut keys, say).await?;
            rows::restart_counters(tx).await?;
            Ok(rows)
        })
        .await;
    database.close().await?;
    let rows = match restored {
        Ok(rows) => rows,
        Err(error) => {
            remove_new(config);
            return Err(error);
        }
    };
    say("Carrying erasures out again …");
    let app = App::open(config.clone(), stand).await?;
    let erasures = ledger::read(&config.data_dir)?.len();
    app.cx.database().clone().close().await?;
    Ok(Restored { at: head.at, rows, erasures })
}

/// Makes the tables as they were when the backup was made; the next start brings them up to date.
async fn migrate_as(database: &Database, names: &[String]) -> Result<()> {
    let all = || modules::all().iter().flat_map(|module| (module.migrations)()).collect::<Vec<Box<dyn MigrationTrait>>>();
    let known: Vec<String> = all().iter().map(|one| one.name().to_owned()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(Error::conflict(format!("This backup was made by a newer version of Fairhold: this one does not know {unknown}. Use the newer version.")));
    }
    let names = names.to_vec();
    database.migrate(move || all().into_iter().filter(|one| names.iter().any(|name| name == one.name())).collect()).await
}

async fn unpack(config: &Config, tx: &DatabaseTransaction, from: &mut Reader, say: Say<'_>) -> Result<u64> {
    let mut total = 0;
    let mut table = None;
    let mut seen = Digest::default();
    loop {
        match from.part()? {
            Part::Table(shape) => {
                // Migrations write first rows of their own.
                rows::clear(tx, &shape).await?;
                seen = Digest::default();
                table = Some(shape);
            }
            Part::Rows { rows } => {
                let shape = table.as_ref().ok_or_else(|| damaged(Path::new("a part")))?;
                for row in &rows {
                    seen.add(row)?;
                }
                rows::insert(tx, shape, &rows).await?;
            }
            Part::TableEnd { digest } => {
                let shape = table.take().ok_or_else(|| damaged(Path::new("a part")))?;
                let name = &shape.table;
                if digest != seen {
                    return Err(Error::conflict(format!("{name} in the backup is not what was saved; try another backup.")));
                }
                if OPENS_DOORS.contains(&name.as_str()) {
                    rows::clear(tx, &shape).await?;
                    continue;
                }
                if digest.rows > 0 {
                    say(&format!("  {name:<28} {:>9} rows", digest.rows));
                }
                total += digest.rows;
            }
            Part::File { path, size } => file(config, from, &path, size)?,
            Part::End => return Ok(total),
            Part::Head(_) => return Err(damaged(Path::new("a part"))),
        }
    }
}

fn file(config: &Config, from: &mut Reader, path: &str, size: u64) -> Result<()> {
    let relative = Path::new(path);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(Error::conflict(format!("The backup names a file outside the data folder: {path}")));
    }
    if path == LEDGER {
        // Lines are added, never replaced: the folder may know of erasures that the backup does not.
        for line in ledger::parse(&from.text(size)?) {
            ledger::append(&config.data_dir, &line)?;
        }
        return Ok(());
    }
    let is_epoch = path.starts_with("epoch-");
    let to = if is_epoch { config.root_key().with_file_name(path) } else { config.data_dir.join(relative) };
    let failed = |error: std::io::Error| Error::unavailable(format!("{} cannot be written", to.display())).caused_by(error);
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = {
        use std::os::unix::fs::OpenOptionsExt;
        std::fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&to).map_err(failed)?
    };
    from.bytes(size, &mut file)?;
    file.sync_all().map_err(failed)
}

/// A database that was empty before is empty again, so that the command can be repeated.
fn remove_new(config: &Config) {
    if let Some(path) = config.database_url().strip_prefix("sqlite:") {
        for end in ["", "-wal", "-shm"] {
            std::fs::remove_file(format!("{}{end}", path.trim_start_matches("//"))).ok();
        }
    }
}

/// Digests of the tables in one part, for checking a backup without restoring it.
pub(super) fn digests(from: &mut Reader) -> Result<(HashMap<String, u64>, usize)> {
    let (mut tables, mut files, mut name, mut seen) = (HashMap::new(), 0, String::new(), Digest::default());
    loop {
        match from.part()? {
            Part::Table(shape) => (name, seen) = (shape.table, Digest::default()),
            Part::Rows { rows } => {
                for row in &rows {
                    seen.add(row)?;
                }
            }
            Part::TableEnd { digest } if digest == seen => {
                tables.insert(name.clone(), digest.rows);
            }
            Part::TableEnd { .. } => return Err(Error::conflict(format!("{name} in the backup is not what was saved; try another backup."))),
            Part::File { size, .. } => {
                from.bytes(size, &mut std::io::sink())?;
                files += 1;
            }
            Part::End => return Ok((tables, files)),
            Part::Head(_) => return Err(damaged(Path::new("a part"))),
        }
    }
}
