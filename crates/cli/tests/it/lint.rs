//! The data map's lint at the shell, and a server that refuses to start on a database that the map does not know.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sea_orm::{ConnectionTrait, Database};
use serde_json::Value;
use testkit::{TestDatabase, both_engines, covers};

/// A configuration of a production server in `folder`, on `database`.
fn configured(folder: &Path, database: &str, mail: &str) -> PathBuf {
    let file = folder.join("fairhold.toml");
    let text = format!(
        "listen = \"127.0.0.1:0\"\ndata_dir = {:?}\ndatabase = {database:?}\n[mail]\n{mail}\n[compute]\nqemu = false\n",
        folder.join("data").display().to_string()
    );
    std::fs::write(&file, text).unwrap();
    file
}

fn fairhold(arguments: &[&str], config: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fairhold")).args(arguments).arg("--config").arg(config).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

async fn execute(database: &TestDatabase, sql: &str) {
    let db = Database::connect(&database.url).await.unwrap();
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}

both_engines!(a_server_on_a_database_with_an_unmapped_column_names_it_and_does_not_start, |engine| async move {
    let database = TestDatabase::fresh(engine).await;
    let config = configured(database.folder(), &database.url, "host = \"localhost\"");

    let clean = fairhold(&["map", "lint"], &config);
    assert!(clean.status.success(), "{}", said(&clean));
    assert!(said(&clean).contains("agree"));
    execute(&database, "ALTER TABLE identity_session ADD COLUMN shoe_size BIGINT").await;

    let refused = fairhold(&["serve"], &config);
    assert!(!refused.status.success(), "it started: {}", said(&refused));
    let words = said(&refused);
    assert!(words.contains("does not start") && words.contains("identity.session.shoe_size: a column that the map does not know"), "{words}");
    assert!(!words.contains("answers at"), "{words}");

    let lint = fairhold(&["map", "lint"], &config);
    assert!(!lint.status.success());
    let lines: Vec<&str> = std::str::from_utf8(&lint.stdout).unwrap().lines().collect();
    assert_eq!(lines.len(), 1, "one line for one fault: {lines:?}");
    assert!(lines[0].starts_with("identity.session.shoe_size: "), "{lines:?}");
    let json: Value = serde_json::from_slice(&fairhold(&["--json", "map", "lint"], &config).stdout).unwrap();
    assert_eq!((json["faults"].as_array().unwrap().len(), json["faults"][0]["place"].as_str()), (1, Some("identity.session.shoe_size")));

    execute(&database, "ALTER TABLE identity_session DROP COLUMN shoe_size").await;
    execute(&database, "ALTER TABLE compute_node DROP COLUMN problem").await;
    let words = said(&fairhold(&["map", "lint"], &config));
    assert!(words.contains("compute.node.problem: in the map, but the database has no such column"), "{words}");
});

both_engines!(a_host_that_nobody_is_named_for_refuses_to_start_and_the_policy_names_the_one_who_is, |engine| async move {
    covers!(263, 318);
    let database = TestDatabase::fresh(engine).await;
    let nameless = configured(database.folder(), &database.url, "host = \"mx.example.org\"");
    let refused = fairhold(&["serve"], &nameless);
    assert!(!refused.status.success());
    assert!(said(&refused).contains("mail.host: mail.smtp goes to mx.example.org, but nobody says who that is"), "{}", said(&refused));

    let provider = "host = \"mx.example.org\"\nprovider = { name = \"email providers\", country = \"US\" }";
    assert!(!fairhold(&["map", "lint"], &configured(database.folder(), &database.url, provider)).status.success(), "a class of companies is nobody");

    let provider =
        "host = \"mx.example.org\"\nprovider = { name = \"Example Mail Inc.\", country = \"US\", transfer = \"Standard contractual clauses 2021/914\" }";
    let named = configured(database.folder(), &database.url, provider);
    assert!(fairhold(&["map", "lint"], &named).status.success());
    let signal = set_up(&named).await;
    assert_eq!(signal["gpc"], true, "{signal}");
    let policy = said(&fairhold(&["policy", "render", "--format", "md"], &named));
    for fact in ["Example Mail Inc. (US)", "Standard contractual clauses 2021/914"] {
        assert!(policy.contains(fact), "{fact} is not in {policy}");
    }
    let json: Value = serde_json::from_str(&said(&fairhold(&["policy", "render", "--format", "json"], &named))).unwrap();
    let recipients = json["policy"]["recipients"].as_object().unwrap();
    assert_eq!(
        recipients.keys().collect::<Vec<_>>(),
        ["compute.cluster", "compute.image_publisher", "mail.smtp"],
        "clusters are enrolled and images are fetched while it runs, so whom they reach is named before"
    );
    assert_eq!((recipients["mail.smtp"]["country"].as_str(), recipients["mail.smtp"]["sale"].as_bool()), (Some("US"), Some(false)));

    // Switched off, it is not in the text.
    let off = configured(database.folder(), &database.url, "transport = \"mailbox\"");
    let policy = said(&fairhold(&["policy", "render", "--format", "md"], &off));
    assert!(!policy.contains("Example Mail Inc.") && policy.contains("hypervisor clusters"), "{policy}");
});

/// Does the set-up; gives what `/.well-known/gpc.json` says then.
async fn set_up(config: &Path) -> Value {
    let config = server::Config::load(Some(config)).unwrap();
    let app = server::App::open(config, server::app::Stand::default()).await.unwrap();
    let link = server::setup_link(&app).await.unwrap().expect("nobody has set it up");
    let token = link.split('#').nth(1).unwrap();
    let running = app.start().await.unwrap();
    let body = serde_json::json!({
        "token": token,
        "operator": { "legal_name": "Keep Hosting GmbH", "address": "Torweg 1, 10115 Berlin", "country": "DE", "privacy_email": "privacy@keep.example", "currency": "EUR", "tax_registration": "DE123456789" },
        "owner": { "email": "owner@keep.example", "password": crate::program::PASSWORD, "name": "Olga Owner" }
    });
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let client = reqwest::Client::new();
    let answer = client.post(format!("http://{}/v1/setup", running.address)).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let signal = client.get(format!("http://{}/.well-known/gpc.json", running.address)).send().await.unwrap().json().await.unwrap();
    running.stop().await;
    signal
}
