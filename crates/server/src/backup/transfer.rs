//! Moves an installation from the embedded database to PostgreSQL: every table row by row, in one
//! transaction, then both sides are counted and compared.

use kernel::db::{Database, Engine};
use kernel::rows::{self, Digest, Pages, Shape};
use kernel::{Error, Result};
use sea_orm::DatabaseTransaction;

use super::{Hold, Say};
use crate::config::Config;
use crate::modules;

/// What was moved.
#[derive(Debug, Clone)]
pub struct Moved {
    /// Rows of all tables.
    pub rows: u64,
    /// Tables, empty ones included.
    pub tables: usize,
}

/// Copies the embedded database of `config` into the empty one at `to`. The old file stays as it is.
///
/// # Errors
/// `Invalid` when the engines are not those two, `Conflict` when the target is in use or somebody
/// serves, `Internal` when a table differs afterwards: then nothing was moved.
pub async fn move_to_postgres(config: &Config, to: &str, say: Say<'_>) -> Result<Moved> {
    let _hold = Hold::alone(&config.data_dir)?;
    let source = Database::connect(&config.database_url()).await?;
    if source.engine() != Engine::Sqlite {
        return Err(Error::invalid("database", "the configuration names PostgreSQL already"));
    }
    let target = Database::connect(to).await?;
    if target.engine() != Engine::Postgres {
        return Err(Error::invalid("to", "name a PostgreSQL database: postgres://user@host/name"));
    }
    if !target.applied_migrations().await?.is_empty() {
        return Err(Error::conflict("The PostgreSQL database is not empty. Make an empty one, then try again."));
    }
    for database in [&source, &target] {
        database.migrate(|| modules::all().iter().flat_map(|module| (module.migrations)()).collect()).await?;
    }
    let snapshot = source.snapshot().await?;
    let tables = super::tables();
    let moved = target
        .write_alone(async |tx| {
            let mut total = 0;
            for table in &tables {
                let shape = Shape::of(table);
                let copied = copy(&snapshot, tx, &shape).await?;
                if copied != Pages::of(tx, &shape).await?.finish().await? {
                    return Err(Error::internal(format!("{} differs after it was copied", table.name)));
                }
                say(&format!("  {:<28} {:>9} rows, the same on both sides", table.name, copied.rows));
                total += copied.rows;
            }
            rows::restart_counters(tx).await?;
            Ok(total)
        })
        .await?;
    Ok(Moved { rows: moved, tables: tables.len() })
}

async fn copy(from: &DatabaseTransaction, to: &DatabaseTransaction, shape: &Shape) -> Result<Digest> {
    rows::clear(to, shape).await?;
    let mut pages = Pages::of(from, shape).await?;
    loop {
        let rows = pages.next().await?;
        if rows.is_empty() {
            return Ok(pages.digest);
        }
        rows::insert(to, shape, &rows).await?;
    }
}
