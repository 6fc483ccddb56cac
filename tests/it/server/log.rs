//! The log: what the policy says may be in it and nothing else, and no longer than it says.

use std::path::Path;
use std::time::Duration;

use compute_driver::simulated::Simulated;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use server::Config;
use server::config::Log;
use server::log::{self, Destination};
use testkit::{Engine, OffsetClock, TestDatabase, covers};

use crate::privacy::exported;
use crate::world::{PASSWORD, World};

const EMAIL: &str = "ada.canary@example.org";

fn segments(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

// One test for the process: there is one log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_holds_what_the_policy_says_and_no_longer() {
    covers!(12, 108, 239, 298);
    let database = TestDatabase::fresh(Engine::Sqlite).await;
    let clock = OffsetClock::default();
    let config = Config { logging: Log { files: true }, ..World::config(&database, database.url.clone()) };
    let folder = config.log_folder().unwrap();
    log::begin("debug", Destination { folder: Some(folder.clone()), clock: std::sync::Arc::new(clock.clone()) });
    let world = World::with(database, config, clock.clone(), Simulated::default()).await.set_up().await;
    let ada = world.customer(EMAIL, "Ada Canary").await;
    world.machine(&ada, "canary-host").await;
    for number in 0..50 {
        let wrong = json!({ "email": EMAIL, "password": format!("wrong-canary-{number}") });
        let stranger = world.visitor();
        let request = stranger.request(reqwest::Method::POST, "/v1/sessions").header("user-agent", "canary-agent").json(&wrong);
        stranger.send(request).await;
        ada.get(&format!("/v1/instances?after={EMAIL}")).await;
    }
    let hash: String = {
        let sql = "SELECT password FROM identity_person ORDER BY created_at DESC LIMIT 1";
        let row = world.cx.db().query_one_raw(Statement::from_string(world.cx.database().backend(), sql)).await.unwrap().unwrap();
        row.try_get("", "password").unwrap()
    };
    assert!(hash.starts_with("$argon2id$v=19$m="), "{hash}");
    let files = exported(&ada).await;
    assert!(files["data/identity_person.ndjson"].contains(EMAIL), "{:?}", files.keys());
    for (name, text) in &files {
        assert!(!text.contains("argon2") && !text.contains(PASSWORD), "{name} tells something of the password");
    }
    // What another part says, with a field that nobody listed and an address in its words.
    tracing::warn!(email = EMAIL, error = format!("550 <{EMAIL}> is unknown at 203.0.113.77"), "a message for {EMAIL}");

    let before = segments(&folder);
    assert_eq!(before.len(), 1, "{before:?}");
    let text = std::fs::read_to_string(folder.join(&before[0])).unwrap();
    for canary in [EMAIL, "Ada Canary", "canary", "127.0.0.1", "203.0.113.77", "argon2", PASSWORD] {
        assert!(!text.contains(canary), "{canary} is in the log: {}", text.lines().find(|line| line.contains(canary)).unwrap());
    }
    let known: Vec<&str> = server::modules::data_map().log_fields.iter().map(|field| field.name).collect();
    let mut requests = 0;
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        for name in line.as_object().unwrap().keys() {
            let frame = ["timestamp", "level", "target", "message"].contains(&name.as_str());
            assert!(frame || known.contains(&name.as_str()), "the log holds {name}, which the policy does not name");
        }
        if line["message"] == "request" {
            assert_eq!(line["network"], "127.0.0.0/24", "{line}");
            assert!(line["route"].is_string() && line["statements"].is_u64(), "{line}");
            requests += 1;
        }
    }
    assert!(requests >= 100, "{requests} requests are in the log");
    assert!(text.contains("550 <[address]> is unknown at 203.0.113.0/24"), "the warning is not in the log");
    let policy = world.visitor().text("/privacy").await;
    assert!(policy.contains("network (the network that a request came from") && policy.contains("30 days"), "the policy does not name it");

    // The days pass; the job that removes old files runs every hour.
    clock.advance(Duration::from_secs(31 * 86_400));
    let mut ticks = tokio::time::interval(Duration::from_millis(200));
    for _ in 0..150 {
        ticks.tick().await;
        if !segments(&folder).contains(&before[0]) {
            break;
        }
    }
    let after = segments(&folder);
    assert!(!after.contains(&before[0]), "still there after its term: {after:?}");
    world.stop().await;
}
