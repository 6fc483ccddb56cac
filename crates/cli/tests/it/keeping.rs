//! `fairhold admin …` as an operator types it: beside a serving process, and after it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A configuration without machines, for a folder of its own.
fn configured(folder: &Path) -> PathBuf {
    let file = folder.join("fairhold.toml");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = format!(
        "listen = \"127.0.0.1:{port}\"\nbase_url = \"http://127.0.0.1:{port}\"\ndata_dir = \"{}\"\n[mail]\ntransport = \"mailbox\"\n[compute]\nqemu = false\n",
        folder.join("data").display()
    );
    std::fs::write(&file, text).unwrap();
    file
}

fn serve(config: &Path) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_fairhold"))
        .args(["serve", "--config"])
        .arg(config)
        .env("FAIRHOLD_LOG", "warn")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.by_ref().any(|line| line.unwrap().contains("/setup#")), "it never said how to set it up");
    std::thread::spawn(move || for _ in lines {});
    child
}

fn admin(config: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fairhold")).arg("admin").args(arguments).arg("--config").arg(config).output().unwrap()
}

#[track_caller]
fn ok(output: &Output) -> String {
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn refused(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn only_file(folder: &Path) -> String {
    let mut files = std::fs::read_dir(folder).unwrap().flatten();
    let file = files.next().unwrap().path();
    assert!(files.next().is_none());
    file.to_str().unwrap().to_owned()
}

#[test]
fn an_operator_saves_checks_rotates_and_restores() {
    let folder = tempfile::tempdir().unwrap();
    let config = configured(folder.path());
    let mut child = serve(&config);
    let (to, keys_to) = (folder.path().join("backup"), folder.path().join("keys"));
    let made = ok(&admin(&config, &["backup", "--to", to.to_str().unwrap(), "--keys-to", keys_to.to_str().unwrap()]));
    assert!(made.contains("Saved") && made.contains("rows"), "{made}");
    let (data, keys) = (only_file(&to), only_file(&keys_to));
    let files = ["--data", data.as_str(), "--keys", keys.as_str()];
    assert!(ok(&admin(&config, &[["verify"].as_slice(), &files].concat())).contains("as they were saved"));
    assert!(ok(&admin(&config, &["verify"])).contains("✓ log"));
    assert!(ok(&admin(&config, &["rotate-keys"])).contains("epoch 2"));
    assert!(refused(&admin(&config, &[["restore"].as_slice(), &files].concat())).contains("Stop every process"));
    let second = Command::new(env!("CARGO_BIN_EXE_fairhold")).args(["serve", "--config"]).arg(&config).output().unwrap();
    assert!(refused(&second).contains("belongs to one process"));

    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert!(child.wait().unwrap().success(), "SIGTERM is no failure");

    let elsewhere = tempfile::tempdir().unwrap();
    let there = configured(elsewhere.path());
    let missing = refused(&admin(&there, &[["restore"].as_slice(), &files].concat()));
    assert!(missing.contains("Put back the copy"), "{missing}");
    std::fs::create_dir_all(elsewhere.path().join("data/keys")).unwrap();
    // The copy keeps the mode of the original, which only its owner can read.
    std::fs::copy(folder.path().join("data/keys/root.key"), elsewhere.path().join("data/keys/root.key")).unwrap();
    assert!(ok(&admin(&there, &[["restore"].as_slice(), &files].concat())).contains("Restored"));
    assert!(ok(&admin(&there, &["verify"])).contains("✓ keys"));
    let mut child = serve(&there);
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    child.wait().unwrap();
}

#[test]
fn a_configuration_is_checked_without_starting_anything() {
    let folder = tempfile::tempdir().unwrap();
    let config = configured(folder.path());
    let check = |file: &Path| Command::new(env!("CARGO_BIN_EXE_fairhold")).args(["config", "check", "--config"]).arg(file).output().unwrap();
    assert!(ok(&check(&config)).contains("can be used"));
    assert!(!folder.path().join("data").exists(), "a check made the data folder");
    std::fs::write(&config, "base_url = \"cloud.example.com\"\n[tls]\nkey_file = \"/nowhere.pem\"\n").unwrap();
    let said = refused(&check(&config));
    assert!(said.contains("base_url: ") && said.contains("tls.key_file: "), "{said}");
    std::fs::write(&config, "[limits]\nper_second = 0\n").unwrap();
    assert!(refused(&check(&config)).contains("per_second"));
}

#[test]
fn the_systemd_unit_is_valid() {
    let there = Command::new("systemd-analyze").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: systemd-analyze is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let unit = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/fairhold.service")).unwrap();
    let file = folder.path().join("fairhold.service");
    // The unit names where the program will be installed.
    std::fs::write(&file, unit.replace("/usr/local/bin/fairhold", env!("CARGO_BIN_EXE_fairhold"))).unwrap();
    let said = Command::new("systemd-analyze").args(["verify", "--man=no", "--recursive-errors=no"]).arg(&file).output().unwrap();
    assert!(said.status.success() && said.stderr.is_empty(), "{}", String::from_utf8_lossy(&said.stderr));
}
