//! The whole journey at a shell, with a real QEMU machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use testkit::covers;

use crate::program::Program;

/// A key pair made for the test.
fn key(folder: &Path) -> PathBuf {
    let file = folder.join("id");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "ada-canary-laptop", "-f"]).arg(&file).status().unwrap();
    assert!(made.success());
    file
}

/// The files under `folder` that hold `token`.
fn holding(folder: &Path, token: &[u8]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files.extend(holding(&path, token)),
            Ok(kind) if kind.is_file() && std::fs::read(&path).is_ok_and(|bytes| bytes.windows(token.len()).any(|part| part == token)) => files.push(path),
            _ => {}
        }
    }
    files
}

#[test]
fn sign_up_order_log_in_pay_export_erase_verify() {
    covers!(157);
    let program = Program::start("");
    program.set_up();
    let home = program.customer("ada.canary@example.org");
    let home = home.path();
    let key = key(home);
    let public = key.with_extension("pub");

    program.ok(home, &["order", "--size", "Small", "--template", "tiny", "--hostname", "ada-canary-host", "--ssh-key", public.to_str().unwrap(), "--yes"]);
    let machines = program.json(home, &["vm", "list"]);
    let machine = machines[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(machines[0]["state"], "running", "{machines:#}");

    // The injected key opens the machine, and it has the name that was ordered.
    let (host, port) = (machines[0]["ssh"]["host"].as_str().unwrap().to_owned(), machines[0]["ssh"]["port"].to_string());
    let deadline = Instant::now() + Duration::from_secs(180);
    let name = loop {
        let output = Command::new("ssh")
            .args([
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "ConnectTimeout=5",
                "-o",
                "BatchMode=yes",
                "-o",
                "LogLevel=ERROR",
                "-p",
                &port,
                "-i",
            ])
            .arg(&key)
            .arg(format!("root@{host}"))
            .arg("hostname")
            .output()
            .unwrap();
        if output.status.success() {
            break String::from_utf8(output.stdout).unwrap();
        }
        assert!(Instant::now() < deadline, "no SSH: {}", String::from_utf8_lossy(&output.stderr));
        std::thread::sleep(Duration::from_secs(1));
    };
    assert_eq!(name.trim(), "ada-canary-host");

    program.ok(home, &["vm", "stop", &machine]);
    assert_eq!(program.json(home, &["vm", "show", &machine])["state"], "stopped");
    program.ok(home, &["vm", "delete", &machine, "--yes"]);
    program.ok(home, &["vm", "undelete", &machine]);
    // By what it is called, too; a name that nothing has is told, and a beginning is no name here.
    program.ok(home, &["vm", "start", "ADA-canary-host"]);
    let refused = program.cli(home, &["vm", "stop", "ada-canary"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("There is no machine that is called ada-canary."), "{refused:?}");
    program.ok(home, &["usage"]);
    program.ok(home, &["invoice", "list"]);
    assert!(program.ok(home, &["activity"]).contains("compute.instance.stop"));

    let export = program.export(home);
    assert!(export.values().any(|text| text.contains("ada-canary-laptop")), "the comment of the key is theirs: {:?}", export.keys());
    let data = program.folder.path().join("data");
    assert!(!holding(&data.join("guests"), b"ada-canary-laptop").is_empty(), "the machine was told its key");

    let certificate = home.join("certificate.json");
    program.ok(home, &["privacy", "erase", "--confirm-email", "ada.canary@example.org", "--certificate", certificate.to_str().unwrap()]);
    program.ok(home, &["verify-certificate", certificate.to_str().unwrap()]);
    assert!(!program.cli(home, &["whoami"]).status.success(), "the token outlived the person");
    covers!(242);
    let left = holding(&data, b"ada-canary-laptop");
    assert!(left.is_empty(), "the comment of the key is still in {left:?}");
    let text = std::fs::read_to_string(&certificate).unwrap();
    let forged = home.join("forged.json");
    std::fs::write(&forged, text.replacen("deleted", "deletad", 1)).unwrap();
    assert!(!program.cli(home, &["verify-certificate", forged.to_str().unwrap()]).status.success(), "a forged certificate verified");
}
