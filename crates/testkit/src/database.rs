//! Fresh databases: a SQLite file in a folder of its own, or a schema of its own in PostgreSQL.

use std::path::Path;

use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;
use uuid::Uuid;

/// Which engine a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// The server that `FAIRHOLD_TEST_POSTGRES` names, or the local one.
    Postgres,
}

/// A database that is removed when this is dropped.
pub struct TestDatabase {
    /// How to connect.
    pub url: String,
    folder: TempDir,
    schema: Option<String>,
}

fn server() -> String {
    std::env::var("FAIRHOLD_TEST_POSTGRES").unwrap_or_else(|_| "postgres://root@127.0.0.1:5432/postgres".to_owned())
}

/// Host and port of the PostgreSQL server of the tests.
pub fn server_address() -> String {
    let url = server();
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

impl TestDatabase {
    /// Makes one.
    pub async fn fresh(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        match engine {
            Engine::Sqlite => Self { url: format!("sqlite:{}", folder.path().join("fairhold.db").display()), folder, schema: None },
            Engine::Postgres => {
                let schema = format!("test_{}", Uuid::now_v7().simple());
                let admin = Database::connect(server()).await.expect("PostgreSQL answers; set FAIRHOLD_TEST_POSTGRES to its address");
                admin.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.expect("a schema can be made");
                admin.close().await.expect("closed");
                Self { url: format!("{}?options=-c%20search_path%3D{schema}", server()), folder, schema: Some(schema) }
            }
        }
    }

    /// Its address by way of `other` instead of the PostgreSQL server itself.
    pub fn by_way_of(&self, other: std::net::SocketAddr) -> String {
        self.url.replacen(&server_address(), &other.to_string(), 1)
    }

    /// Everything the test keeps on disk.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some(schema) = self.schema.take() else { return };
        // A thread of its own: this may run inside a runtime, which cannot be blocked.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                if let Ok(admin) = Database::connect(server()).await {
                    admin.execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE")).await.ok();
                }
            });
        });
        dropped.join().ok();
    }
}
