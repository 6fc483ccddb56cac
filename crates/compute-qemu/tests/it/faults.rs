//! When QEMU cannot start: the log is shown and nothing is left.

use std::fs;

use compute_driver::{Driver, DriverError, Status};
use compute_qemu::{Qemu, image};

use crate::world::{World, images_dir};

/// An installation whose `tiny` has the kernel that `spoil` makes of the good one's path.
async fn with_kernel(spoil: impl Fn(&std::path::Path)) -> World {
    let mut world = World::new().await;
    let good = image::find(&images_dir(), "tiny").unwrap();
    let images = world.folder.path().join("images");
    let copy = images.join("tiny").join(good.version());
    fs::create_dir_all(&copy).unwrap();
    for name in ["manifest.json", "vmlinuz", "initrd"] {
        fs::copy(good.dir().join(name), copy.join(name)).unwrap();
    }
    spoil(&copy.join("vmlinuz"));
    world.settings.images_dir = images;
    world.driver = Qemu::new(world.settings.clone());
    world
}

async fn fails_without_leftovers(world: &World, in_log: &str) {
    let spec = world.spec("vm_broken");
    world.driver.ensure(&spec).await.unwrap();
    let error = world.driver.start(&spec.reference).await.unwrap_err();
    assert!(matches!(error, DriverError::Failed { .. }), "{error:?}");
    let log = error.log().unwrap_or_default();
    assert!(log.contains(in_log), "{log:?}");
    assert_eq!(world.processes(), Vec::<i32>::new(), "no process is left");
    assert_eq!(world.driver.status(&spec.reference).await, Ok(Status::Stopped));
    assert_eq!(fs::read_dir(world.folder.path().join("run")).unwrap().count(), 0, "no socket is left");
    world.driver.destroy(&spec.reference).await.unwrap();
    assert_eq!(fs::read_dir(world.folder.path().join("guests")).unwrap().count(), 0, "no disk is left");
}

#[tokio::test]
async fn a_missing_kernel_fails_with_the_log() {
    let world = with_kernel(|path| fs::remove_file(path).unwrap()).await;
    fails_without_leftovers(&world, "could not open kernel file").await;
}

#[tokio::test]
async fn a_broken_kernel_fails_with_the_log() {
    let world = with_kernel(|path| fs::write(path, "no kernel").unwrap()).await;
    fails_without_leftovers(&world, "kernel").await;
}

#[tokio::test]
async fn a_missing_emulator_fails_and_names_it() {
    let mut world = World::new().await;
    world.settings.emulator = "/nonexistent/qemu".into();
    world.driver = Qemu::new(world.settings.clone());
    let spec = world.spec("vm_no-qemu");
    world.driver.ensure(&spec).await.unwrap();
    let error = world.driver.start(&spec.reference).await.unwrap_err();
    assert!(error.to_string().contains("could not run"), "{error}");
    assert_eq!(world.processes(), Vec::<i32>::new());
    world.driver.destroy(&spec.reference).await.unwrap();
}

#[tokio::test]
async fn a_port_that_is_taken_is_a_conflict_and_an_unwished_one_is_exchanged() {
    let world = World::new().await;
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut spec = world.spec("vm_port");
    spec.ssh_port = Some(stranger.local_addr().unwrap().port());
    assert!(matches!(world.driver.ensure(&spec).await, Err(DriverError::Conflict { .. })));
    assert_eq!(world.driver.status(&spec.reference).await, Ok(Status::Absent), "nothing is left of it");

    spec.ssh_port = None;
    let first = world.driver.ensure(&spec).await.unwrap().ssh.unwrap().port;
    let second = world.driver.ensure(&world.spec("vm_port-2")).await.unwrap().ssh.unwrap().port;
    assert_ne!(first, second, "two guests never share a port");
    let _stranger = std::net::TcpListener::bind(("127.0.0.1", first)).unwrap();
    world.driver.start(&spec.reference).await.unwrap();
    let now = world.driver.find(&spec.reference).await.unwrap().unwrap().ssh.unwrap().port;
    assert!(now != first && now != second);
    for reference in [&spec.reference, &world.spec("vm_port-2").reference] {
        world.driver.destroy(reference).await.unwrap();
    }
}

#[tokio::test]
async fn a_template_that_was_not_built_is_unavailable_and_leaves_nothing() {
    let mut world = World::new().await;
    world.settings.images_dir = world.folder.path().join("images");
    world.driver = Qemu::new(world.settings.clone());
    let answer = world.driver.ensure(&world.spec("vm_1")).await;
    assert!(matches!(answer, Err(DriverError::Unavailable { .. })), "{answer:?}");
    assert_eq!(world.driver.list().await.unwrap(), []);
}
