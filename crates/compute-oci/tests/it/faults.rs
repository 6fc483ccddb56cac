//! When something does not work or somebody dies half way: the log is shown, the next call repairs, nothing is left.

use std::{fs, process::Stdio, time::Duration};

use compute_driver::{ConsoleKind, Driver, DriverError, Reference, SnapshotSpec, Status};
use compute_oci::Oci;
use tokio::time::timeout;

use crate::world::{World, kill, types, until};

#[tokio::test]
async fn a_missing_runtime_fails_and_names_it() {
    let mut world = World::new().await;
    world.settings.runtime = "/nonexistent/runc".into();
    world.driver = Oci::new(world.settings.clone());
    let spec = world.spec("vm_no-runtime");
    world.driver.ensure(&spec).await.unwrap();
    let error = world.driver.start(&spec.reference).await.unwrap_err();
    assert!(error.to_string().contains("could not run /nonexistent/runc"), "{error}");
    assert_eq!(world.driver.status(&spec.reference).await, Ok(Status::Stopped));
    world.driver.destroy(&spec.reference).await.unwrap();
    world.nothing_is_left();
}

#[tokio::test]
async fn a_system_without_an_init_fails_with_the_runtimes_log() {
    let world = World::new().await;
    let spec = world.spec("vm_no-init");
    world.driver.ensure(&spec).await.unwrap();
    let disk = world.folder.path().join("guests/vm_no-init/disk.img");
    let removed = std::process::Command::new("debugfs").args(["-w", "-R", "rm /sbin/init"]).arg(disk).stderr(Stdio::null()).status();
    assert!(removed.unwrap().success());
    let error = world.driver.start(&spec.reference).await.unwrap_err();
    assert!(matches!(error, DriverError::Failed { .. }) && error.log().unwrap_or_default().contains("/sbin/init"), "{error:?} {:?}", error.log());
    assert_eq!(world.driver.status(&spec.reference).await, Ok(Status::Stopped));
    world.driver.destroy(&spec.reference).await.unwrap();
    world.nothing_is_left();
}

#[tokio::test]
async fn a_port_that_is_taken_is_a_conflict_and_an_unwished_one_is_exchanged() {
    let world = World::new().await;
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut spec = world.spec("vm_port");
    spec.ssh_port = Some(stranger.local_addr().unwrap().port());
    assert!(matches!(world.driver.ensure(&spec).await, Err(DriverError::Conflict { .. })));
    spec.ssh_port = None;
    let first = world.driver.ensure(&spec).await.unwrap().ssh.unwrap().port;
    let _stranger = std::net::TcpListener::bind(("127.0.0.1", first)).unwrap();
    world.driver.start(&spec.reference).await.unwrap();
    assert_ne!(world.driver.find(&spec.reference).await.unwrap().unwrap().ssh.unwrap().port, first);
    world.driver.destroy(&spec.reference).await.unwrap();
    world.nothing_is_left();
}

/// The supervisor is killed at every moment of a start, and the driver with it: the next call starts the container all the same.
#[tokio::test]
async fn a_start_that_is_killed_anywhere_is_repaired_by_the_next_call() {
    let world = World::new().await;
    let spec = world.spec("vm_anywhere");
    world.driver.ensure(&spec).await.unwrap();
    for after in [0, 5, 15, 30, 50, 80, 120, 200, 400] {
        // The driver's call is given up, which is what its death amounts to: its locks are free, its child goes on.
        let given_up = timeout(Duration::from_millis(after), world.driver.start(&spec.reference)).await;
        let _what_it_left = world.supervisors().into_iter().map(kill).count();
        let other = Oci::new(world.settings.clone());
        other.start(&spec.reference).await.unwrap_or_else(|error| panic!("after {after} ms ({given_up:?}): {error} {:?}", error.log()));
        assert_eq!(other.status(&spec.reference).await, Ok(Status::Running));
        other.stop(&spec.reference).await.unwrap();
        assert_eq!(other.status(&spec.reference).await, Ok(Status::Stopped));
    }
    world.driver.destroy(&spec.reference).await.unwrap();
    world.nothing_is_left();
}

#[tokio::test]
async fn what_a_crash_left_half_done_is_cleared_by_the_next_call() {
    let world = World::new().await;
    let spec = world.spec("vm_half");
    let guests = world.folder.path().join("guests");
    for half in [".new-vm_half", ".gone-vm_half"] {
        fs::create_dir_all(guests.join(half)).unwrap();
        fs::write(guests.join(half).join("disk.img"), "half a disk").unwrap();
    }
    assert_eq!(world.driver.list().await.unwrap(), [], "half a container is not listed");
    let given_up = timeout(Duration::from_millis(20), world.driver.ensure(&spec)).await;
    assert!(given_up.is_err(), "it was given up half way");
    world.driver.ensure(&spec).await.unwrap();
    world.driver.start(&spec.reference).await.unwrap();
    world.driver.destroy(&spec.reference).await.unwrap();
    // The task that nobody waits for any more ends by itself.
    until("nobody works on", async || world.supervisors().is_empty()).await;
    world.nothing_is_left();
}

#[tokio::test]
async fn a_container_that_was_held_by_somebody_who_died_goes_on() {
    let world = World::new().await;
    let spec = world.spec("vm_held");
    drop(world.booted(&spec).await);
    let wanted = SnapshotSpec { name: Reference::parse("snp_cut-off").unwrap(), memory: false };
    for after in [5, 15, 30, 45, 60] {
        let _given_up = timeout(Duration::from_millis(after), world.driver.create_snapshot(&spec.reference, &wanted)).await;
        until("the next looks let it go on", async || {
            assert_eq!(world.driver.status(&spec.reference).await, Ok(Status::Running));
            !world.is_held()
        })
        .await;
        // A line that answers is one of a container that is not held.
        let mut line = world.driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
        types(&mut line, &format!("echo goes-on-$((1000+{after}))"), &format!("goes-on-{}", 1000 + after)).await;
        world.driver.delete_snapshot(&spec.reference, &wanted.name).await.unwrap();
    }
    world.driver.destroy(&spec.reference).await.unwrap();
    world.nothing_is_left();
}

#[tokio::test]
async fn a_template_that_was_not_built_is_unavailable_and_leaves_nothing() {
    let mut world = World::new().await;
    world.settings.images_dir = world.folder.path().join("images");
    world.driver = Oci::new(world.settings.clone());
    let answer = world.driver.ensure(&world.spec("vm_1")).await;
    assert!(matches!(answer, Err(DriverError::Unavailable { .. })), "{answer:?}");
    assert_eq!(world.driver.list().await.unwrap(), []);
}
