//! A disk of one's own, sent from a shell, cut off by kill -9, and booted by a real QEMU.

use std::process::Command;
use std::time::{Duration, Instant};

use compute_driver::conformance::bootable::{SAYS, qcow2_disk};

use serde_json::{Value, json};
use testkit::covers;

use crate::program::Program;

#[test]
fn an_own_disk_survives_a_kill_on_its_way_and_boots() {
    let mut program = Program::start("");
    program.set_up();
    let home = program.customer("ada@example.org");
    let home = home.path();
    let key = home.join("id");
    assert!(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status().unwrap().success());
    let public = key.with_extension("pub");

    // Longer than a few pieces, so that the kill comes in the middle.
    let disk = home.join("disk.qcow2");
    let mut content = qcow2_disk(1 << 30);
    content.resize(96 << 20, 0);
    std::fs::write(&disk, &content).unwrap();
    let url = program.url.clone();
    let (home_path, file) = (home.to_owned(), disk.clone());
    let sending = std::thread::spawn(move || {
        let mut sent = Command::new(env!("CARGO_BIN_EXE_fairhold"));
        sent.args(["--url", &url, "image", "upload"]).arg(file).args(["--name", "Appliance"]).env("XDG_CONFIG_HOME", home_path);
        sent.output().unwrap()
    });
    let received = |program: &Program| program.json(home, &["image", "list"])[0]["received_bytes"].as_u64().unwrap_or(0);
    let deadline = Instant::now() + Duration::from_secs(60);
    while received(&program) == 0 {
        assert!(Instant::now() < deadline, "nothing arrives");
    }
    program.kill();
    let before = std::fs::read_dir(program.folder.path().join("data/library")).unwrap().flatten().next().unwrap().path().join("part");
    let before = std::fs::metadata(before).unwrap().len();
    program.run();
    // The sender goes on by itself, or says how to.
    let sent = sending.join().unwrap();
    if !sent.status.success() {
        let id = program.json(home, &["image", "list"])[0]["id"].as_str().unwrap().to_owned();
        program.ok(home, &["image", "upload", disk.to_str().unwrap(), "--resume", &id]);
    }
    let image = program.json(home, &["image", "list"])[0].clone();
    assert_eq!(image["state"], "ready", "{image:#}\n{}", String::from_utf8_lossy(&sent.stderr));
    assert!(before > 0, "what was acknowledged lay on the disk");

    program.ok(home, &["order", "--size", "Small", "--image", "Appliance", "--hostname", "own", "--ssh-key", public.to_str().unwrap(), "--yes"]);
    let machines = program.json(home, &["vm", "list"]);
    let machine = machines[0]["id"].as_str().unwrap();
    assert_eq!(machines[0]["template"]["name"], "Own image", "{machines:#}");
    let line = program.folder.path().join("data/guests").join(machine).join("serial.log");
    let deadline = Instant::now() + Duration::from_secs(120);
    while !std::fs::read_to_string(&line).unwrap_or_default().contains(SAYS) {
        assert!(Instant::now() < deadline, "it does not boot: {:?}", std::fs::read_to_string(&line));
        std::thread::sleep(Duration::from_millis(500));
    }
    // Nobody takes its disk away from under it.
    assert!(!program.cli(home, &["image", "delete", image["id"].as_str().unwrap(), "--yes"]).status.success());
    let copy = home.join("copy.qcow2");
    program.ok(home, &["image", "download", image["id"].as_str().unwrap(), "--output", copy.to_str().unwrap()]);
    assert_eq!(std::fs::read(&copy).unwrap(), content);

    // Two versions of a template of the operator's; an order says which one it was.
    let small = home.join("small.qcow2");
    std::fs::write(&small, qcow2_disk(1 << 30)).unwrap();
    let small = small.to_str().unwrap();
    program.ok(home, &["image", "upload", small, "--operator", "--name", "Router"]);
    program.ok(home, &["image", "upload", small, "--operator", "--template", "Router"]);
    program.ok(home, &["order", "--size", "Small", "--template", "Router", "--hostname", "gate", "--ssh-key", public.to_str().unwrap(), "--yes"]);
    covers!(243);
    let export = program.export(home);
    let orders: Vec<Value> = export["data/catalogue_order.ndjson"].lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said = |order: &Value| ["template_name", "template_source", "template_version"].map(|name| order[name].clone());
    assert_eq!(said(&orders[0]), [json!("Own image"), json!("own_image"), Value::Null], "{orders:#?}");
    assert_eq!(said(&orders[1]), [json!("Router"), json!("image"), json!(2)], "{orders:#?}");
    assert!(orders.iter().all(|order| order["template_id"].is_string()) && orders[0]["template_id"] != orders[1]["template_id"]);
}
