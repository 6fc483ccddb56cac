//! What is kept of real containers: beside the conformance suite, what only this driver can show.

use std::process::Command;

use compute_driver::{BackupFormat, Driver, InForce, Progress, Reference, Size};

use crate::world::{World, new_key, ssh, types, until};

fn name(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

#[tokio::test]
async fn a_backup_opens_with_stock_tools_and_makes_another_machine() {
    let world = World::new().await;
    let mut spec = world.spec("vm_backup");
    spec.ssh_keys = vec![new_key(&world.folder)];
    let mut line = world.booted(&spec).await;
    types(
        &mut line,
        "echo mine >/data/note; chown 7:8 /data/note; while [ ! -s /etc/dropbear/key ]; do sleep 1; done; md5sum /etc/dropbear/key; echo k-$((1+1))",
        "k-2",
    )
    .await;
    let Progress::Done(backup) = world.driver.create_backup(&spec.reference, &name("bak_stock")).await.unwrap() else { panic!("it is done at once") };
    assert_eq!(backup.format, BackupFormat::Tar);
    let archive = world.folder.path().join("backups/bak_stock/system.tar");
    let listed = Command::new("tar").args(["--numeric-owner", "-tvf"]).arg(&archive).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.lines().any(|line| line.contains("7/8") && line.ends_with("./data/note")), "owners are those that the container sees: {listed}");
    assert!(!listed.contains("./proc/1/"), "what is no file of the disk is not in it");
    world.driver.destroy(&spec.reference).await.unwrap();

    let mut other = world.spec("vm_restored");
    other.hostname = "web-2".into();
    let key = tempfile::tempdir().unwrap();
    other.ssh_keys = vec![new_key(&key)];
    world.driver.restore_backup(&backup.name, &other).await.unwrap();
    drop(world.booted(&other).await);
    let port = world.driver.find(&other.reference).await.unwrap().unwrap().ssh.unwrap().port;
    until("the new owner's key lets in", async || ssh(&key, port, "cat /data/note; hostname").await.stdout == b"mine\nweb-2\n").await;
    assert!(!ssh(&world.folder, port, "true").await.status.success(), "the earlier owner's key does not");
    world.driver.destroy(&other.reference).await.unwrap();
    world.driver.delete_backup(&backup.name).await.unwrap();
    world.nothing_is_left();
}

#[tokio::test]
async fn a_disk_that_grew_is_larger_inside() {
    let world = World::new().await;
    let spec = world.spec("vm_grown");
    let mut line = world.booted(&spec).await;
    let larger = Size { disk_gib: 3, ..spec.size() };
    let force = world.driver.resize(&spec.reference, &larger).await.unwrap();
    if force == InForce::AfterRestart {
        assert_eq!(world.driver.resize(&spec.reference, &larger).await, Ok(InForce::AfterRestart), "it still waits");
        world.driver.stop(&spec.reference).await.unwrap();
        world.driver.start(&spec.reference).await.unwrap();
        line = world.driver.console(&spec.reference, compute_driver::ConsoleKind::Serial).await.unwrap();
    }
    types(&mut line, "df -m / | awk 'NR == 2 {print ($2 > 2500) ? \"large\" \"r\" : \"small\"}'", "larger").await;
    assert_eq!(world.driver.resize(&spec.reference, &larger).await, Ok(InForce::Now));
    world.driver.destroy(&spec.reference).await.unwrap();
}
