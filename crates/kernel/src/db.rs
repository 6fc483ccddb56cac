//! The database: embedded SQLite by default, PostgreSQL by configuration, one source for both.
//! SQLite has a writer pool of one and a read-only reader pool: several writers with a plain
//! `BEGIN` fail with "database is locked", one writer with `BEGIN IMMEDIATE` never does.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, SqliteTransactionMode, SqlxPostgresConnector, SqlxSqliteConnector,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};
use sqlx::Connection;
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::error::{Error, Result};
use crate::map::LiveSchema;

tokio::task_local! {
    /// Statements run by the present task; set by tests and by the request log.
    pub static STATEMENTS: Arc<AtomicU64>;
}

/// Which engine is behind the connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one process.
    Sqlite,
    /// PostgreSQL or an engine that speaks its protocol.
    Postgres,
}

/// Connections for writing and for reading.
#[derive(Clone)]
pub struct Database {
    engine: Engine,
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

const ACQUIRE: Duration = Duration::from_secs(5);

impl Database {
    /// Opens `url`: `sqlite:<path>` or `postgres://…`. A missing SQLite file is made.
    ///
    /// # Errors
    /// `Invalid` for an unknown scheme, `Unavailable` when the server does not answer.
    pub async fn connect(url: &str) -> Result<Self> {
        let mut database = if let Some(path) = url.strip_prefix("sqlite:") {
            Self::open_sqlite(Path::new(path.trim_start_matches("//"))).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url).await?
        } else {
            return Err(Error::invalid("database", "use sqlite:<path> or postgres://user@host/name"));
        };
        for connection in [&mut database.writer, &mut database.reader] {
            connection.set_metric_callback(|_| {
                STATEMENTS.try_with(|count| count.fetch_add(1, Ordering::Relaxed)).ok();
            });
        }
        Ok(database)
    }

    async fn open_sqlite(path: &Path) -> Result<Self> {
        let base = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .auto_vacuum(SqliteAutoVacuum::None)
            .foreign_keys(true)
            .pragma("secure_delete", "on")
            .busy_timeout(ACQUIRE);
        let failed = |error: sqlx::Error| Error::unavailable(format!("The database file {} cannot be opened.", path.display())).caused_by(error);
        // A file does not hang up: asking each connection whether it is alive would only delay every statement.
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .before_acquire(clean)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(base.clone().create_if_missing(true))
            .await
            .map_err(failed)?;
        let reader = SqlitePoolOptions::new()
            .max_connections(8)
            .test_before_acquire(false)
            .before_acquire(clean)
            .acquire_timeout(ACQUIRE)
            .connect_with(base.read_only(true))
            .await
            .map_err(failed)?;
        Ok(Self {
            engine: Engine::Sqlite,
            writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
            reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
        })
    }

    async fn open_postgres(url: &str) -> Result<Self> {
        let base = PgConnectOptions::from_str(url)
            .map_err(|error| Error::invalid("database", "this is not a PostgreSQL address").caused_by(error))?
            .application_name("fairhold");
        let failed = |error: sqlx::Error| Error::unavailable("The PostgreSQL server does not answer.").caused_by(error);
        let writer = PgPoolOptions::new().max_connections(16).acquire_timeout(ACQUIRE).connect_with(base.clone()).await.map_err(failed)?;
        // Reads that try to write are refused by the server: the only way to write is a transaction.
        let reader = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(ACQUIRE)
            .connect_with(base.options([("default_transaction_read_only", "on")]))
            .await
            .map_err(failed)?;
        Ok(Self {
            engine: Engine::Postgres,
            writer: SqlxPostgresConnector::from_sqlx_postgres_pool(writer),
            reader: SqlxPostgresConnector::from_sqlx_postgres_pool(reader),
        })
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// For reading outside a transaction.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// A transaction that only reads and sees one instant, however long it takes and whatever is written meanwhile.
    ///
    /// # Errors
    /// Database errors.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            isolation_level: (self.engine == Engine::Postgres).then_some(IsolationLevel::RepeatableRead),
            ..TransactionOptions::default()
        };
        let snapshot = self.reader.begin_with_options(options).await?;
        // The instant is that of the first statement.
        snapshot.execute_unprepared("SELECT 1").await?;
        if self.engine == Engine::Sqlite {
            snapshot.query_all_raw(sea_orm::Statement::from_string(self.backend(), "SELECT name FROM sqlite_schema LIMIT 1")).await?;
        }
        Ok(snapshot)
    }

    /// Runs `work` in one transaction without a context: for moving whole tables while nobody serves.
    ///
    /// # Errors
    /// What `work` returns, or the database's failure to begin or commit.
    pub async fn write_alone<T>(&self, work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T>) -> Result<T> {
        let db = self.begin().await?;
        match work(&db).await {
            Ok(value) => {
                db.commit().await?;
                Ok(value)
            }
            Err(error) => {
                db.rollback().await?;
                Err(error)
            }
        }
    }

    /// Names of the migrations that were applied, in their order; none in an empty database.
    ///
    /// # Errors
    /// Database errors.
    pub async fn applied_migrations(&self) -> Result<Vec<String>> {
        let sql = match self.engine {
            Engine::Sqlite => "SELECT count(*) AS tables FROM sqlite_schema WHERE name = 'seaql_migrations'",
            Engine::Postgres => {
                "SELECT count(*) AS tables FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'seaql_migrations'"
            }
        };
        let there = self.reader.query_one_raw(sea_orm::Statement::from_string(self.backend(), sql)).await?;
        if there.map(|row| row.try_get::<i64>("", "tables")).transpose()?.unwrap_or(0) == 0 {
            return Ok(Vec::new());
        }
        let rows = self.reader.query_all_raw(sea_orm::Statement::from_string(self.backend(), "SELECT version FROM seaql_migrations ORDER BY version")).await?;
        rows.iter().map(|row| Ok(row.try_get("", "version")?)).collect()
    }

    /// What the engine itself finds wrong with its files; empty is good. PostgreSQL checks its pages as they are read.
    ///
    /// # Errors
    /// Database errors.
    pub async fn faults(&self) -> Result<Vec<String>> {
        if self.engine == Engine::Postgres {
            return Ok(Vec::new());
        }
        let mut faults = Vec::new();
        for row in self.reader.query_all_raw(sea_orm::Statement::from_string(self.backend(), "PRAGMA integrity_check")).await? {
            let said: String = row.try_get("", "integrity_check")?;
            if said != "ok" {
                faults.push(said);
            }
        }
        Ok(faults)
    }

    /// Applies `migrations` that are not applied yet, in their order. On PostgreSQL an advisory
    /// lock makes several starting processes take turns; on SQLite the writer does.
    ///
    /// # Errors
    /// The first migration that fails; it leaves nothing behind.
    pub async fn migrate(&self, migrations: impl Fn() -> Vec<Box<dyn MigrationTrait>> + Send + Sync) -> Result<()> {
        let migrator = Migrator { migrations };
        if self.engine == Engine::Sqlite {
            migrator.up(&self.writer, None).await?;
            return Ok(());
        }
        // The lock belongs to a transaction of its own, which stays open while the others run.
        let lock = self.writer.begin().await?;
        lock.execute_unprepared("SELECT pg_advisory_xact_lock(4611686018427387)").await?;
        migrator.up(&self.writer, None).await?;
        lock.commit().await?;
        Ok(())
    }

    /// Tables and columns that the database really has, the migration bookkeeping left out.
    pub async fn live_schema(&self) -> Result<LiveSchema> {
        let sql = match self.engine {
            Engine::Sqlite => {
                "SELECT m.name AS table_name, p.name AS column_name FROM sqlite_schema m JOIN pragma_table_info(m.name) p \
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'seaql_%'"
            }
            Engine::Postgres => {
                "SELECT table_name::text AS table_name, column_name::text AS column_name FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name NOT LIKE 'seaql_%'"
            }
        };
        let mut schema: LiveSchema = BTreeMap::new();
        for row in self.reader.query_all_raw(sea_orm::Statement::from_string(self.backend(), sql)).await? {
            let table: String = row.try_get("", "table_name")?;
            let column: String = row.try_get("", "column_name")?;
            schema.entry(table).or_default().insert(column);
        }
        Ok(schema)
    }

    /// SeaORM's name for the engine.
    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// Rewrites the SQLite file so that deleted bytes are gone from it and from its log.
    /// PostgreSQL frees them by its own vacuum; there the sealed bytes are useless without their keys.
    pub async fn scrub(&self) -> Result<()> {
        match self.engine {
            Engine::Sqlite => {
                self.writer.execute_unprepared("VACUUM").await?;
                self.writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
            }
            Engine::Postgres => {
                self.writer.execute_unprepared("VACUUM").await?;
            }
        }
        Ok(())
    }

    /// Closes the pools; what is running ends first.
    pub async fn close(self) -> Result<()> {
        self.reader.close().await?;
        self.writer.close().await?;
        Ok(())
    }
}

/// Whether a connection may be used again. A commit that fails, on a full disk for example, leaves
/// its transaction open; what followed there would be part of it and never committed.
fn clean(connection: &mut SqliteConnection, _: PoolConnectionMetadata) -> BoxFuture<'_, std::result::Result<bool, sqlx::Error>> {
    let clean = !connection.is_in_transaction();
    Box::pin(async move { Ok(clean) })
}

struct Migrator<F> {
    migrations: F,
}

impl<F: Fn() -> Vec<Box<dyn MigrationTrait>> + Send + Sync> MigratorTraitSelf for Migrator<F> {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        (self.migrations)()
    }
}
