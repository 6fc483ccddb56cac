//! Commands that need no server: documents, completions, and refusals that say what to do.

use std::process::Command;

fn fairhold(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_fairhold")).args(arguments).env("XDG_CONFIG_HOME", std::env::temp_dir().join("fairhold-no-home")).output().unwrap()
}

#[test]
fn the_openapi_document_is_printed() {
    let output = fairhold(&["openapi"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[test]
fn the_configuration_reference_reads_back() {
    let output = fairhold(&["config", "defaults"]);
    let file = std::env::temp_dir().join(format!("fairhold-reference-{}.toml", std::process::id()));
    std::fs::write(&file, &output.stdout).unwrap();
    let read = server::Config::load(Some(&file));
    std::fs::remove_file(&file).unwrap();
    assert!(read.is_ok(), "{read:?}");
}

#[test]
fn an_absent_server_is_said_in_words() {
    let output = fairhold(&["--url", "http://127.0.0.1:9", "whoami"]);
    assert!(!output.status.success());
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

#[test]
fn completions_exist_for_shells() {
    assert!(String::from_utf8_lossy(&fairhold(&["completion", "bash"]).stdout).contains("verify-certificate"));
}
