//! Guests that go to another node: live, with a restart, without power; and everything that keeps them where they are.

use std::time::Duration;

use compute_driver::{Driver, DriverError, Guest, Progress, Reference, Status, Way};
use proxmox_standin::Fault;

use crate::world::{World, reference, spec};

async fn moved(world: &World, reference: &Reference, host: &str) -> Result<Guest, DriverError> {
    for _ in 0..50 {
        if let Progress::Done(guest) = world.driver.move_guest(reference, host).await? {
            return Ok(guest);
        }
    }
    panic!("it never arrived");
}

/// The parameters of the last move that was asked for are in the request's own check by the schema; here, how often it was asked.
fn asked(world: &World, vmid: u32) -> usize {
    world.cluster.count("POST", &format!("/{vmid}/migrate"))
}

#[tokio::test]
async fn a_running_guest_moves_with_its_local_disks_and_runs_on() {
    let world = World::new().await;
    let (spec, vmid) = world.running("live").await;
    let started = world.cluster.lock().guests[&vmid].started;
    assert_eq!(world.driver.way_to(&spec.reference, "pve2").await.unwrap(), Way::Live);
    let guest = moved(&world, &spec.reference, "pve2").await.unwrap();
    assert_eq!((guest.host.as_deref(), guest.status), (Some("pve2"), Status::Running));
    assert_eq!(world.cluster.lock().guests[&vmid].started, started, "it was not restarted");
    assert_eq!(asked(&world, vmid), 1);
    assert_eq!(moved(&world, &spec.reference, "pve2").await.unwrap(), guest);
    assert_eq!(asked(&world, vmid), 1, "already there is success, and asks for nothing");
    // Another process finds it where it is now.
    assert_eq!(world.another().await.find(&spec.reference).await.unwrap().unwrap().host.as_deref(), Some("pve2"));
}

#[tokio::test]
async fn a_container_that_runs_is_restarted_on_the_way() {
    let world = World::new().await;
    let spec = spec("boxed", "contained");
    world.driver.ensure(&spec).await.unwrap();
    world.driver.start(&spec.reference).await.unwrap();
    let vmid = world.vmid(&spec.reference);
    let (home, started) = {
        let state = world.cluster.lock();
        (state.guests[&vmid].node.clone(), state.guests[&vmid].started)
    };
    let away = if home == "pve1" { "pve2" } else { "pve1" };
    assert_eq!(world.driver.way_to(&spec.reference, away).await.unwrap(), Way::Restart);
    let guest = moved(&world, &spec.reference, away).await.unwrap();
    assert_eq!((guest.host.as_deref(), guest.status), (Some(away), Status::Running));
    assert_ne!(world.cluster.lock().guests[&vmid].started, started);
    world.driver.stop(&spec.reference).await.unwrap();
    assert_eq!(world.driver.way_to(&spec.reference, &home).await.unwrap(), Way::Stopped);
    assert_eq!(moved(&world, &spec.reference, &home).await.unwrap().status, Status::Stopped);
}

#[tokio::test]
async fn a_long_move_is_work_that_goes_on_and_is_begun_once() {
    let world = World::new().await;
    let (spec, vmid) = world.running("long").await;
    world.cluster.inject("POST", "/migrate", Fault::TaskTakes(Duration::from_secs(11)));
    assert_eq!(world.driver.move_guest(&spec.reference, "pve2").await.unwrap(), Progress::Working { percent: None });
    // Another process goes on with the same task.
    let another = world.another().await;
    assert!(matches!(another.move_guest(&spec.reference, "pve2").await.unwrap(), Progress::Done(guest) if guest.host.as_deref() == Some("pve2")));
    assert_eq!(asked(&world, vmid), 1);
}

#[tokio::test]
async fn an_answer_that_got_lost_after_the_effect_is_found_by_its_task() {
    let world = World::new().await;
    let (spec, vmid) = world.running("lost").await;
    world.cluster.inject("POST", "/migrate", Fault::After { status: 596, reason: "Broken pipe".into() });
    assert_eq!(moved(&world, &spec.reference, "pve2").await.unwrap().host.as_deref(), Some("pve2"));
    world.cluster.inject("POST", "/migrate", Fault::Cut);
    assert_eq!(moved(&world, &spec.reference, "pve1").await.unwrap().host.as_deref(), Some("pve1"));
    assert_eq!(asked(&world, vmid), 2, "never sent again");
}

#[tokio::test]
async fn what_ties_a_guest_to_its_node_is_told_before_and_by_the_task() {
    let world = World::new().await;
    let (spec, vmid) = world.running("tied").await;
    let set = |key: &str, value: &str| world.cluster.lock().guests.get_mut(&vmid).unwrap().config.insert(key.into(), value.into());
    let unset = |key: &str| world.cluster.lock().guests.get_mut(&vmid).unwrap().config.remove(key);
    set("hostpci0", "0000:01:00.0");
    for error in [world.driver.way_to(&spec.reference, "pve2").await.unwrap_err(), moved(&world, &spec.reference, "pve2").await.unwrap_err()] {
        assert!(matches!(&error, DriverError::Conflict { reason } if reason.contains("hostpci0") && reason.contains("pve1")), "{error:?}");
    }
    unset("hostpci0");
    set("ide3", "local:iso/tools.iso,media=cdrom");
    let error = world.driver.way_to(&spec.reference, "pve2").await.unwrap_err();
    assert!(matches!(&error, DriverError::Conflict { reason } if reason.contains("local:iso/tools.iso")), "{error:?}");
    unset("ide3");
    assert_eq!(asked(&world, vmid), 0, "nothing was tried in vain");
    // What only the task finds is in its log, and nowhere else.
    let disk = set("scsi0", "files:base-9000-disk-0.qcow2/vm-disk-0.qcow2,size=1G").unwrap();
    let error = moved(&world, &spec.reference, "pve2").await.unwrap_err();
    assert!(matches!(&error, DriverError::Conflict { reason } if reason.contains("as it's a clone of 'base-9000-disk-0.qcow2'")), "{error:?}");
    set("scsi0", &disk);
    let snapshot = compute_driver::SnapshotSpec { name: reference("snp_one"), memory: false };
    world.driver.create_snapshot(&spec.reference, &snapshot).await.unwrap();
    let error = moved(&world, &spec.reference, "pve2").await.unwrap_err();
    assert!(matches!(&error, DriverError::Conflict { reason } if reason.contains("snapshot exists")), "{error:?}");
    assert_eq!(world.driver.find(&spec.reference).await.unwrap().unwrap().host.as_deref(), Some("pve1"));
    world.driver.stop(&spec.reference).await.unwrap();
    world.cluster.lock().without_storage.push("pve2".into());
    let error = world.driver.way_to(&spec.reference, "pve2").await.unwrap_err();
    assert!(matches!(&error, DriverError::Conflict { reason } if reason.contains("local-lvm")), "{error:?}");
}

#[tokio::test]
async fn a_node_that_is_away_unknown_or_not_ours_takes_nothing() {
    let world = World::with(|mapping| mapping.nodes = vec!["pve1".into(), "pve2".into()]).await;
    world.cluster.lock().nodes.insert("pve3".into(), true);
    let (spec, vmid) = world.running("stays").await;
    for (host, word) in [("pve3", "mapping"), ("pve9", "no node pve9")] {
        let error = world.driver.move_guest(&spec.reference, host).await.unwrap_err();
        assert!(matches!(&error, DriverError::Refused { reason } if reason.contains(word)), "{error:?}");
    }
    world.cluster.lock().nodes.insert("pve2".into(), false);
    let error = world.another().await.move_guest(&spec.reference, "pve2").await.unwrap_err();
    assert!(error.may_retry() && error.to_string().contains("pve2"), "{error:?}");
    assert_eq!(asked(&world, vmid), 0);
    // It goes away between the look and the task.
    world.cluster.lock().nodes.insert("pve2".into(), true);
    let driver = world.another().await;
    driver.way_to(&spec.reference, "pve2").await.unwrap();
    world.cluster.inject(
        "POST",
        "/migrate",
        Fault::TaskEnds("migration aborted\nERROR: migration aborted (duration 00:00:03): Can't connect to destination address using public key".into()),
    );
    let error = driver.move_guest(&spec.reference, "pve2").await.unwrap_err();
    assert!(matches!(&error, DriverError::Unavailable { reason } if reason.contains("do not reach each other")), "{error:?}");
    assert_eq!(driver.status(&spec.reference).await.unwrap(), Status::Running);
}

#[tokio::test]
async fn a_locked_guest_and_a_missing_privilege_are_told_as_such() {
    let world = World::new().await;
    let (spec, vmid) = world.running("locked").await;
    world.cluster.lock().guests.get_mut(&vmid).unwrap().lock = Some("backup".into());
    let error = world.driver.move_guest(&spec.reference, "pve2").await.unwrap_err();
    assert!(matches!(&error, DriverError::Unavailable { reason } if reason.contains("is locked (backup)")), "{error:?}");
    world.cluster.lock().guests.get_mut(&vmid).unwrap().lock = None;
    world.cluster.lock().lacking.push("VM.Migrate".into());
    let error = world.driver.move_guest(&spec.reference, "pve2").await.unwrap_err();
    assert!(matches!(&error, DriverError::Refused { reason } if reason.contains("VM.Migrate")), "{error:?}");
}

#[tokio::test]
async fn a_guest_from_a_backup_is_made_beside_the_node_to_avoid() {
    let world = World::new().await;
    let (one, _) = world.guest("kept").await;
    let backup = reference("bak_kept");
    while !matches!(world.driver.create_backup(&one.reference, &backup).await.unwrap(), Progress::Done(_)) {}
    let apart = compute_driver::GuestSpec { avoid: vec!["pve1".into()], ..spec("apart", "tiny") };
    let made = world.driver.restore_backup(&backup, &apart).await.unwrap().done().unwrap();
    assert_eq!(made.host.as_deref(), Some("pve2"), "the storage of backups is shared");
    let nowhere = compute_driver::GuestSpec { avoid: vec!["pve1".into(), "pve2".into()], ..spec("nowhere", "tiny") };
    assert!(matches!(world.driver.restore_backup(&backup, &nowhere).await, Err(DriverError::Full { .. })));
}
