//! Containers outlive the server, and what happens behind our back is seen.

use std::time::Duration;

use compute_driver::{ConsoleKind, Driver, Status};
use compute_oci::Oci;
use tokio::io::AsyncReadExt;

use crate::world::{World, kill, read_until, types, until};

#[tokio::test]
async fn a_new_driver_goes_on_where_the_old_one_stopped() {
    let world = World::new().await;
    let spec = world.spec("vm_survivor");
    let mut line = world.booted(&spec).await;
    types(&mut line, "answer=$((41000 + 967))", "answer").await;
    drop(line);
    let next = Oci::new(world.settings.clone());
    assert_eq!(next.status(&spec.reference).await, Ok(Status::Running));
    assert_eq!(next.ensure(&spec).await.unwrap().status, Status::Running);
    let mut line = next.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
    types(&mut line, "echo it is $answer", "it is 41967").await;
    // The supervisor is nobody's child of ours.
    let parent = std::fs::read_to_string(format!("/proc/{}/status", world.supervisors()[0])).unwrap();
    let parent = parent.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap().trim().to_owned();
    assert_ne!(parent, std::process::id().to_string());
    next.destroy(&spec.reference).await.unwrap();
    world.nothing_is_left();
}

#[tokio::test]
async fn a_container_killed_behind_our_back_is_stopped_and_starts_again() {
    let world = World::new().await;
    let spec = world.spec("vm_killed");
    let mut line = world.booted(&spec).await;
    kill(world.init());
    until("it is seen as stopped", async || world.driver.status(&spec.reference).await == Ok(Status::Stopped)).await;
    assert!(line.read_to_end(&mut Vec::new()).await.is_ok(), "open consoles see the end of the line");
    until("its supervisor ends after it", async || world.supervisors().is_empty()).await;
    drop(world.booted(&spec).await);
    assert_eq!(world.driver.list().await.unwrap().len(), 1);
    world.driver.destroy(&spec.reference).await.unwrap();
    world.nothing_is_left();
}

#[tokio::test]
async fn a_container_whose_supervisor_was_killed_gets_a_new_one() {
    let world = World::new().await;
    let spec = world.spec("vm_alone");
    let mut line = world.booted(&spec).await;
    types(&mut line, "sleep 1234 & echo left-$((1+1))", "left-2").await;
    let init = world.init();
    world.supervisors().into_iter().for_each(kill);
    until("the supervisor is gone", async || world.supervisors().is_empty()).await;
    assert_eq!(world.driver.status(&spec.reference).await, Ok(Status::Running));
    let mut line = world.driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
    // Init gives the new line a new shell.
    read_until(&mut line, "root@web-1:").await;
    types(&mut line, "pidof init", "1").await;
    assert_eq!(world.init(), init, "the container itself went on");

    // Its supervisor is not its parent now, and a restart that was asked for still is one.
    let seen = String::from_utf8_lossy(&world.driver.console_backlog(&spec.reference).await.unwrap()).matches("root@web-1:").count();
    world.driver.reboot(&spec.reference).await.unwrap();
    until("it comes back", async || {
        String::from_utf8_lossy(&world.driver.console_backlog(&spec.reference).await.unwrap()).matches("root@web-1:").count() > seen && world.init() != init
    })
    .await;
    world.supervisors().into_iter().for_each(kill);
    world.driver.stop(&spec.reference).await.unwrap();
    assert_eq!(world.driver.status(&spec.reference).await, Ok(Status::Stopped));
    world.driver.destroy(&spec.reference).await.unwrap();
    world.nothing_is_left();
}

#[tokio::test]
async fn two_that_ensure_and_start_the_same_container_make_one() {
    let world = World::new().await;
    let spec = world.spec("vm_twice");
    let other = Oci::new(world.settings.clone());
    let (one, two) = tokio::join!(world.driver.ensure(&spec), other.ensure(&spec));
    assert_eq!(one.unwrap(), two.unwrap());
    let (one, two) = tokio::join!(world.driver.start(&spec.reference), other.start(&spec.reference));
    assert_eq!((one, two), (Ok(()), Ok(())));
    assert_eq!(world.supervisors().len(), 1);
    let (one, two) = tokio::join!(world.driver.destroy(&spec.reference), other.destroy(&spec.reference));
    assert_eq!((one, two), (Ok(()), Ok(())));
    world.nothing_is_left();
}

#[tokio::test]
async fn a_restart_from_inside_and_a_shell_that_ends_keep_the_line() {
    let world = World::new().await;
    let spec = world.spec("vm_restart");
    let mut line = world.booted(&spec).await;
    types(&mut line, "exit", "root@web-1:").await;
    let uptime = Duration::from_micros(world.driver.measure(&spec.reference).await.unwrap().uptime_us);
    types(&mut line, "echo here-$((1+1)); reboot", "here-2").await;
    until("it comes back after a restart from inside", async || {
        world.driver.measure(&spec.reference).await.is_ok_and(|now| now.uptime_us > 0 && Duration::from_micros(now.uptime_us) < uptime)
    })
    .await;
    assert_eq!(world.driver.status(&spec.reference).await, Ok(Status::Running));
    world.driver.destroy(&spec.reference).await.unwrap();
    world.nothing_is_left();
}
