//! Several processes on one PostgreSQL share the work, and those that are killed lose and double nothing.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database, Statement};
use testkit::{Engine, TestDatabase};
use tokio::runtime::Runtime;

use crate::crash::guests;
use crate::program::Program;

const ORDERS: usize = 5;
const WORKER: &[&str] = &["worker", "scheduler"];

/// Which worker has each operation that is being carried out; of all operations if `ended` too.
fn holders(runtime: &Runtime, database: &TestDatabase, ended: bool) -> BTreeMap<String, String> {
    let at_work = "WHERE state = 'running' AND lease_until > extract(epoch FROM now()) * 1000000 AND holder <> ''";
    let sql = format!("SELECT id::text AS id, holder FROM workflow_operation {}", if ended { "" } else { at_work });
    runtime.block_on(async {
        let db = Database::connect(&database.url).await.unwrap();
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        db.close().await.unwrap();
        rows.iter().map(|row| (row.try_get("", "id").unwrap(), row.try_get("", "holder").unwrap())).collect()
    })
}

/// Rows in a table.
fn count(runtime: &Runtime, database: &TestDatabase, of: &str) -> usize {
    runtime.block_on(async {
        let db = Database::connect(&database.url).await.unwrap();
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), format!("SELECT count(*) AS n FROM {of}"))).await.unwrap().unwrap();
        db.close().await.unwrap();
        usize::try_from(row.try_get::<i64>("", "n").unwrap()).unwrap()
    })
}

#[test]
fn killed_workers_lose_and_double_nothing() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let database = runtime.block_on(TestDatabase::fresh(Engine::Postgres));
    let api = Program::start_as(&database.url, &["api"]);
    api.set_up();
    let mut first = api.beside(WORKER);
    let second = api.beside(WORKER);
    let home = api.customer("ada@example.org");
    let home = home.path();
    let key = home.join("id");
    assert!(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status().unwrap().success());
    let public = key.with_extension("pub");

    second.pause();
    let before = std::thread::scope(|scope| {
        let ordering: Vec<_> = (0..ORDERS)
            .map(|number| {
                let (api, public) = (&api, &public);
                let name = format!("machine-{number}");
                scope.spawn(move || {
                    api.ok(home, &["order", "--size", "Small", "--template", "tiny", "--ssh-key", public.to_str().unwrap(), "--yes", "--hostname", &name]);
                })
            })
            .collect();
        // The other one looks away for a moment, so it is certain whose hands the work is in.
        let deadline = Instant::now() + Duration::from_secs(120);
        let before = loop {
            let held = holders(&runtime, &database, false);
            if held.len() > 1 {
                break held;
            }
            std::thread::sleep(Duration::from_millis(20));
            assert!(Instant::now() < deadline, "no worker ever had several orders in its hands: {held:?}");
        };
        second.resume();
        first.kill();
        for one in ordering {
            one.join().expect("the order ends well");
        }
        before
    });

    let after = holders(&runtime, &database, true);
    assert!(before.iter().any(|(id, holder)| after[id] != *holder), "nothing changed hands: {before:?} {after:?}");
    let machines = api.json(home, &["vm", "list"]);
    let machines = machines.as_array().unwrap();
    assert_eq!(machines.len(), ORDERS, "{machines:#?}");
    assert!(machines.iter().all(|machine| machine["state"] == "running"), "{machines:#?}");
    assert_eq!(guests(&api).len(), ORDERS, "a machine was doubled or lost");
    for (what, expected) in [
        ("catalogue_order", ORDERS),
        ("catalogue_order WHERE state = 'active'", ORDERS),
        ("billing_payment", ORDERS),
        ("billing_testcharge", ORDERS),
        ("billing_testrefund", 0),
    ] {
        assert_eq!(count(&runtime, &database, what), expected, "{what}");
    }
}
