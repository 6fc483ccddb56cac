//! kill -9 while a machine is being set up: the next start finishes the work, once.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::program::Program;

#[test]
fn a_killed_server_finishes_what_it_began_and_machines_do_not_notice() {
    let mut program = Program::start("");
    program.set_up();
    let home = program.customer("ada@example.org");
    let home = home.path();
    let key = home.join("id");
    assert!(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status().unwrap().success());
    let public = key.with_extension("pub");
    let order = ["order", "--size", "Small", "--template", "tiny", "--ssh-key", public.to_str().unwrap(), "--yes", "--hostname"];

    // One machine that runs already, and one whose order is cut off in the middle.
    let first: Vec<&str> = order.iter().copied().chain(["first"]).collect();
    program.ok(home, &first);
    let before = guests(&program);
    assert_eq!(before.len(), 1);

    let url = program.url.clone();
    let (home_path, arguments) = (home.to_owned(), order.iter().map(ToString::to_string).collect::<Vec<_>>());
    let ordering = std::thread::spawn(move || {
        Command::new(env!("CARGO_BIN_EXE_fairhold")).args(["--url", &url]).args(arguments).arg("second").env("XDG_CONFIG_HOME", home_path).output().unwrap()
    });
    let deadline = Instant::now() + Duration::from_secs(30);
    while program.json(home, &["vm", "list"]).as_array().unwrap().len() < 2 {
        assert!(Instant::now() < deadline, "the second order never arrived");
    }
    program.kill();
    assert_eq!(guests(&program).first(), before.first(), "a machine went down with the server");

    program.run();
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let machines = program.json(home, &["vm", "list"]);
        let running = machines.as_array().unwrap().iter().filter(|machine| machine["state"] == "running").count();
        if running == 2 {
            break;
        }
        assert!(Instant::now() < deadline, "after the restart: {machines:#}");
        std::thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(guests(&program).len(), 2, "a machine was doubled or lost");
    // Whoever had the answer to the order in hand follows the work through the restart.
    let ordered = ordering.join().unwrap();
    let said = String::from_utf8_lossy(&ordered.stderr);
    assert!(ordered.status.success() || said.contains("error sending request"), "{said}");
}

/// Processes of QEMU that belong to this test.
pub fn guests(program: &Program) -> Vec<u32> {
    let folder = program.folder.path().join("data");
    let folder = folder.as_os_str().as_encoded_bytes();
    let mut found: Vec<u32> = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| {
            let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            command.starts_with(b"qemu-system") && command.windows(folder.len()).any(|part| part == folder)
        })
        .collect();
    found.sort_unstable();
    found
}
