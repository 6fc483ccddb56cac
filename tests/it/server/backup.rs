//! Backups: made while people work, put back whole, useless to thieves, and no way back for the erased.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use compute_driver::simulated::Simulated;
use kernel::Kind;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use server::Config;
use server::backup::{self, Made};
use tempfile::TempDir;
use testkit::{Engine, OffsetClock, TestDatabase, both_engines, covers};

use crate::world::{Browser, World};

const EMAIL: &str = "ada.canary@example.org";
const NAME: &str = "Ada Canary";

async fn save(config: &Config, folder: &TempDir) -> Made {
    backup::make(config, &folder.path().join("data"), &folder.path().join("keys"), 2, &|_| {}).await.expect("the backup is made")
}

/// A folder and an empty database with nothing but the copy of the root key.
async fn fresh(engine: Engine, root: &[u8]) -> (TestDatabase, Config) {
    let database = TestDatabase::fresh(engine).await;
    let config = World::config(&database, database.url.clone());
    std::fs::create_dir_all(config.root_key().parent().unwrap()).unwrap();
    std::fs::write(config.root_key(), root).unwrap();
    std::fs::set_permissions(config.root_key(), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    (database, config)
}

/// Puts a backup back on `engine` and serves it.
async fn put_back(engine: Engine, root: &[u8], data: &Path, keys: &Path, ledger: Option<&[u8]>) -> World {
    let (database, config) = fresh(engine, root).await;
    if let Some(ledger) = ledger {
        std::fs::write(config.data_dir.join("erasure-ledger.ndjson"), ledger).unwrap();
    }
    let (clock, hypervisor) = (OffsetClock::default(), Simulated::default());
    backup::restore(&config, World::stand(&clock, &hypervisor), data, keys, &|_| {}).await.expect("the backup is put back");
    World::with(database, config, clock, hypervisor).await
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

#[track_caller]
fn holds_none_of(folder: &Path, canaries: &[&str]) {
    for file in files(folder) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        for canary in canaries {
            let found = bytes.windows(canary.len()).any(|part| part.eq_ignore_ascii_case(canary.as_bytes()));
            assert!(!found, "{canary} is in {}", file.display());
        }
    }
}

async fn count(world: &World, what: &str) -> i64 {
    let sql = format!("SELECT count(*) AS number FROM {what}");
    let row = world.cx.db().query_one_raw(Statement::from_string(world.cx.database().backend(), sql)).await.unwrap().unwrap();
    row.try_get("", "number").unwrap()
}

async fn sign_in(world: &World, email: &str) -> (u16, Browser) {
    let browser = world.visitor();
    let answer = browser.post("/v1/sessions", &json!({ "email": email, "password": crate::world::PASSWORD })).await;
    (answer.status, browser)
}

async fn all_checks_hold(world: &World) {
    let checks = backup::verify(&world.cx, &world.config).await.unwrap();
    assert!(checks.iter().all(|check| check.holds), "{checks:#?}");
    assert!(checks.len() >= 7);
}

both_engines!(a_backup_made_while_people_work_is_put_back_whole, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer(EMAIL, NAME).await;
    world.machine(&ada, "canary-host").await;
    let export = ada.post("/v1/privacy/exports", &json!({})).await;
    ada.until(&format!("/v1/privacy/exports/{}", export.text_at("/id")), |one| one["state"] == "ready").await;

    // Somebody writes all the time.
    let done = Arc::new(AtomicBool::new(false));
    let (until, busy) = (done.clone(), ada.clone());
    let writing = tokio::spawn(async move {
        let mut made = 0;
        while !until.load(Ordering::Relaxed) {
            let answer = busy.post("/v1/api-tokens", &json!({ "name": format!("token {made}") })).await;
            assert_eq!(answer.status, 201, "a backup is in the way: {answer:?}");
            made += 1;
        }
        made
    });
    let folder = tempfile::tempdir().unwrap();
    let made = save(&world.config, &folder).await;
    done.store(true, Ordering::Relaxed);
    assert!(writing.await.unwrap() > 0);
    all_checks_hold(&world).await;

    let root = std::fs::read(world.config.root_key()).unwrap();
    holds_none_of(folder.path(), &[EMAIL, NAME, "canary-host", std::str::from_utf8(&root).unwrap(), "kernel_key"]);
    assert!(backup::verify_files(&world.config, &made.data, &made.keys).unwrap().iter().all(|check| check.holds));
    world.stop().await;

    let back = put_back(engine, &root, &made.data, &made.keys, None).await;
    all_checks_hold(&back).await;
    assert_eq!(count(&back, "identity_session").await, 0, "a session that was ended since would be back");
    let (status, _) = sign_in(&back, EMAIL).await;
    assert_eq!(status, 201);
    let mut ada = back.visitor();
    ada.sign_in(EMAIL).await;
    assert_eq!(ada.get("/v1/me").await.text_at("/name"), NAME);
    assert_eq!(ada.get("/v1/instances").await.text_at("/items/0/hostname"), "canary-host");
    assert_eq!(count(&back, "catalogue_order").await, count(&back, "compute_instance").await);
    // New rows get new numbers.
    assert_eq!(ada.post("/v1/api-tokens", &json!({ "name": "afterwards" })).await.status, 201);
    let bundle = ada.bytes(&format!("/v1/privacy/exports/{}/download", export.text_at("/id"))).await;
    assert!(bundle.starts_with(b"PK"), "the export's file did not come back");
    back.stop().await;
});

both_engines!(who_was_erased_after_the_backup_is_not_back, |engine| async move {
    covers!(269);
    let world = World::ready(engine).await;
    let ada = world.customer(EMAIL, NAME).await;
    world.customer("bob@example.org", "Bob Brown").await;
    let folder = tempfile::tempdir().unwrap();
    let before = save(&world.config, &folder).await;

    let erasure = ada.post("/v1/privacy/erasures", &json!({ "confirm_email": EMAIL })).await;
    assert_eq!(erasure.status, 202, "{erasure:?}");
    let certificate = format!("/v1/certificates/{}", erasure.text_at("/certificate_id"));
    world.visitor().until(&certificate, |certificate| certificate["certificate"]["id"].is_string()).await;
    let after = save(&world.config, &folder).await;
    let root = std::fs::read(world.config.root_key()).unwrap();
    let ledger = std::fs::read(world.config.data_dir.join("erasure-ledger.ndjson")).unwrap();
    let database = world.stop().await;
    holds_none_of(database.folder(), &[EMAIL, NAME]);

    // The old backup alone would bring her back: this is what the ledger is for.
    let careless = put_back(engine, &root, &before.data, &before.keys, None).await;
    assert_eq!(sign_in(&careless, EMAIL).await.0, 201);
    careless.stop().await;

    // With the ledger of the folder; with the newest keys, which bring theirs.
    for (keys, ledger) in [(&before.keys, Some(ledger.as_slice())), (&after.keys, None)] {
        let back = put_back(engine, &root, &before.data, keys, ledger).await;
        assert_eq!(sign_in(&back, EMAIL).await.0, 401, "she is back");
        assert_eq!(sign_in(&back, "bob@example.org").await.0, 201, "somebody else is gone");
        assert_eq!(count(&back, "identity_person").await, 2, "the owner and Bob");
        let promises = privacy::promise::verify(&back.cx).await.unwrap();
        let lasting = promises.iter().find(|promise| promise.key == "erasure.lasting").unwrap();
        assert!(lasting.holds && lasting.evidence.starts_with("1 erasures"), "{lasting:?}");
        all_checks_hold(&back).await;
        let database = back.stop().await;
        holds_none_of(database.folder(), &[EMAIL, NAME]);
    }
});

both_engines!(rotated_keys_open_everything_and_old_wrappings_nothing, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer(EMAIL, NAME).await;
    let read = async || {
        world
            .cx
            .db()
            .query_all_raw(Statement::from_string(world.cx.database().backend(), "SELECT id, wrapped, epoch FROM kernel_key ORDER BY id"))
            .await
            .unwrap()
    };
    let old: Vec<(uuid::Uuid, Vec<u8>)> = read().await.iter().map(|row| (row.try_get("", "id").unwrap(), row.try_get("", "wrapped").unwrap())).collect();
    let sealed_before = count(&world, "identity_person").await;

    let (epoch, keys) = backup::rotate_keys(&world.cx, &|_| {}).await.unwrap();
    assert_eq!((epoch, keys), (2, old.len() as u64));
    assert_eq!(ada.get("/v1/me").await.text_at("/name"), NAME, "a value cannot be read any more");
    assert_eq!(ada.post("/v1/api-tokens", &json!({ "name": "new" })).await.status, 201);
    world.customer("new@example.org", "Newcomer").await;
    assert!(read().await.iter().all(|row| row.try_get::<i64>("", "epoch").unwrap() == 2));
    assert_eq!(count(&world, "identity_person").await, sealed_before + 1);
    all_checks_hold(&world).await;
    let folder = world.config.root_key().parent().unwrap().to_owned();
    assert!(!folder.join("epoch-1.key").exists() && folder.join("epoch-2.key").exists());
    if engine == Engine::Sqlite {
        for (_, wrapped) in &old {
            let hit = files(world.database.folder())
                .into_iter()
                .find(|file| std::fs::read(file).unwrap_or_default().windows(wrapped.len()).any(|part| part == wrapped));
            assert_eq!(hit, None, "an old wrapping is still there");
        }
    }

    // Whoever copied the database before has wrappings that nothing opens any more.
    let (id, wrapped) = old.first().unwrap().clone();
    let stolen = world.cx.write(async |tx| {
        let statement = "UPDATE kernel_key SET wrapped = $1, epoch = 1 WHERE id = $2";
        tx.db().execute_raw(Statement::from_sql_and_values(tx.cx().database().backend(), statement, [wrapped.clone().into(), id.into()])).await?;
        Ok(())
    });
    stolen.await.unwrap();
    let error = kernel::seal::check(&world.cx).await.unwrap_err();
    assert!(error.chain().contains("does not open"), "{}", error.chain());
    world.stop().await;
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_moves_to_postgresql_with_everything() {
    let world = World::ready(Engine::Sqlite).await;
    let ada = world.customer(EMAIL, NAME).await;
    let machine = world.machine(&ada, "canary-host").await;
    let config = world.config.clone();
    let target = TestDatabase::fresh(Engine::Postgres).await;
    let refused = backup::move_to_postgres(&config, &target.url, &|_| {}).await.unwrap_err();
    assert!(refused.to_string().contains("Stop every process"), "{refused}");
    let invoices = ada.get("/v1/invoices").await.json["items"].clone();
    let (clock, hypervisor) = (world.clock.clone(), world.hypervisor.clone());
    let folder = world.stop().await;

    let moved = backup::move_to_postgres(&config, &target.url, &|_| {}).await.unwrap();
    assert!(moved.rows > 100, "{moved:?}");
    let again = backup::move_to_postgres(&config, &target.url, &|_| {}).await.unwrap_err();
    assert!(again.to_string().contains("not empty"), "{again}");

    let config = Config { database: target.url.clone(), ..config };
    let there = World::with(target, config, clock, hypervisor).await;
    all_checks_hold(&there).await;
    let mut ada = there.visitor();
    ada.sign_in(EMAIL).await;
    assert_eq!(ada.get(&format!("/v1/instances/{machine}")).await.text_at("/hostname"), "canary-host");
    assert_eq!(ada.get("/v1/invoices").await.json["items"], invoices);
    there.machine(&ada, "second-host").await;
    assert_eq!(there.cx.database().engine(), kernel::db::Engine::Postgres);
    there.stop().await;
    drop(folder);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_put_back_is_said_in_words() {
    let world = World::ready(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let same = backup::make(&world.config, folder.path(), folder.path(), 2, &|_| {}).await.unwrap_err();
    assert!(same.to_string().contains("another folder"), "{same}");
    let made = save(&world.config, &folder).await;
    let stand = || World::stand(&OffsetClock::default(), &Simulated::default());
    let serving = backup::restore(&world.config, stand(), &made.data, &made.keys, &|_| {}).await.unwrap_err();
    assert!(serving.to_string().contains("serving"), "{serving}");
    let root = std::fs::read(world.config.root_key()).unwrap();
    let config = world.config.clone();
    let _database = world.stop().await;
    let full = backup::restore(&config, stand(), &made.data, &made.keys, &|_| {}).await.unwrap_err();
    assert!(full.to_string().contains("not empty"), "{full}");

    let (_other, stranger) = fresh(Engine::Sqlite, "ab".repeat(32).as_bytes()).await;
    let wrong = backup::restore(&stranger, stand(), &made.data, &made.keys, &|_| {}).await.unwrap_err();
    assert!(wrong.to_string().contains("another root key"), "{wrong}");

    let (_third, config) = fresh(Engine::Sqlite, &root).await;
    let mut bytes = std::fs::read(&made.data).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let broken = folder.path().join("broken.data");
    std::fs::write(&broken, &bytes).unwrap();
    assert_eq!(backup::restore(&config, stand(), &broken, &made.keys, &|_| {}).await.unwrap_err().kind(), Kind::Conflict);
    std::fs::write(&broken, &bytes[..middle]).unwrap();
    assert_eq!(backup::verify_files(&config, &broken, &made.keys).unwrap_err().kind(), Kind::Conflict);
    // A failed try leaves nothing that the next one would trip over.
    backup::restore(&config, stand(), &made.data, &made.keys, &|_| {}).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_kept_for_a_shorter_time_than_data() {
    let world = World::ready(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let mut last = None;
    for _ in 0..3 {
        last = Some(save(&world.config, &folder).await);
    }
    assert_eq!(files(&folder.path().join("data")).len(), 3);
    let keys = files(&folder.path().join("keys"));
    assert_eq!(keys.len(), 2);
    assert!(keys.contains(&last.unwrap().keys), "the newest keys are gone");
    world.stop().await;
}
