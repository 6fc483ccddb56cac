//! What tests stand on: a fresh database of either engine, a clock that stands still, an authority
//! that grants what the test says, and the three tests that every workflow passes.
//! A dev-dependency only; nothing here is part of the product.

mod authority;
mod clock;
mod database;
mod proxy;
pub mod workflows;

use kernel::cx::{Extensions, Parts};
use kernel::http::Credentials;
use kernel::map::DataMap;
use kernel::permission::Permission;
use kernel::seal::RootKey;
use kernel::{Cx, Module, Scope};

pub use authority::TestAuthority;
pub use clock::{FrozenClock, OffsetClock};
pub use database::{Engine, TestDatabase, server_address};
pub use proxy::FaultProxy;

/// Names the requirement rows that a test proves: `covers!(39, 40);`. Read by `cargo xtask rows`.
#[macro_export]
macro_rules! covers {
    ($($row:literal),+ $(,)?) => {};
}

/// A context on a database of its own. The database is removed when this is dropped.
pub struct Test {
    /// The context.
    pub cx: Cx,
    /// Its clock.
    pub clock: FrozenClock,
    /// Who the authority says is asking, and where.
    pub authority: TestAuthority,
    /// The database behind it; its folder holds everything the test keeps on disk.
    pub database: TestDatabase,
}

impl Test {
    /// A fresh database of `engine` with the kernel, the workflow engine and `modules`, in that order.
    pub async fn on(engine: Engine, modules: Vec<Module>) -> Self {
        Self::with(engine, modules, Extensions::default()).await
    }

    /// The same with singletons of the domains.
    pub async fn with(engine: Engine, modules: Vec<Module>, extensions: Extensions) -> Self {
        let database = TestDatabase::fresh(engine).await;
        let modules: Vec<Module> = [kernel::module(), workflow::module()].into_iter().chain(modules).collect();
        let opened = kernel::db::Database::connect(&database.url).await.expect("the test database opens");
        let lists: Vec<_> = modules.iter().map(|module| module.migrations).collect();
        opened.migrate(move || lists.iter().flat_map(|list| list()).collect()).await.expect("migrations apply");
        let map = modules.iter().fold(DataMap::new(), |map, module| {
            map.with_tables(module.tables.iter().copied())
                .with_client_keys(module.client_keys)
                .with_log_fields(module.log_fields)
                .with_recipients(module.recipients)
        });
        let clock = FrozenClock::default();
        let authority = TestAuthority::new();
        let root = RootKey::load_or_create(&database.folder().join("root.key")).expect("a root key");
        let cx = Cx::new(Parts {
            database: opened,
            clock: std::sync::Arc::new(clock.clone()),
            root,
            map,
            authority: std::sync::Arc::new(authority.clone()),
            extensions,
        });
        Self { cx, clock, authority, database }
    }

    /// Another process of the same installation: the same database and keys, singletons of its own.
    pub fn beside(&self, extensions: Extensions) -> Cx {
        Cx::new(Parts {
            database: self.cx.database().clone(),
            clock: std::sync::Arc::new(self.clock.clone()),
            root: RootKey::load_or_create(&self.database.folder().join("root.key")).expect("the root key"),
            map: self.cx.map().clone(),
            authority: std::sync::Arc::new(self.authority.clone()),
            extensions,
        })
    }

    /// A scope for `P`, as the authority grants it now.
    pub async fn scope<P: Permission>(&self) -> Scope<P> {
        Scope::<P>::ask(&self.cx, &Credentials::default(), None, None).await.expect("the test authority grants it")
    }

    /// Faults between the map and the database; a domain's test asserts that there are none.
    pub async fn lint(&self) -> Vec<String> {
        let live = self.cx.database().live_schema().await.expect("the schema can be read");
        self.cx.map().lint(&live).iter().map(ToString::to_string).collect()
    }
}

/// Writes one test for both engines:
/// `both_engines!(a_name, |engine| async move { let test = Test::on(engine, vec![…]).await; … });`
#[macro_export]
macro_rules! both_engines {
    ($(#[$meta:meta])* $name:ident, $body:expr) => {
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                ($body)($crate::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                ($body)($crate::Engine::Postgres).await;
            }
        }
    };
}
