//! Guests outlive the server, and what happens behind our back is seen.

use compute_driver::{ConsoleKind, Driver, Status};
use compute_qemu::Qemu;
use tokio::io::AsyncWriteExt;

use crate::world::{World, kill, read_until, until};

#[tokio::test]
async fn a_new_driver_goes_on_where_the_old_one_stopped() {
    let world = World::new().await;
    let spec = world.spec("vm_survivor");
    let mut line = world.booted(&spec).await;
    line.write_all(b"answer=$((41000 + 967))\n").await.unwrap();
    drop(line);

    let next = Qemu::new(world.settings.clone());
    assert_eq!(next.status(&spec.reference).await, Ok(Status::Running));
    assert_eq!(next.ensure(&spec).await.unwrap().status, Status::Running);
    let mut line = next
        .console(&spec.reference, ConsoleKind::Serial)
        .await
        .unwrap();
    line.write_all(b"echo it is $answer\n").await.unwrap();
    read_until(&mut line, "it is 41967").await;

    let parents = std::fs::read_to_string(format!("/proc/{}/status", world.emulator())).unwrap();
    let parent = parents
        .lines()
        .find_map(|line| line.strip_prefix("PPid:"))
        .unwrap()
        .trim();
    assert_ne!(
        parent,
        std::process::id().to_string(),
        "QEMU is not a child of the server"
    );
    next.destroy(&spec.reference).await.unwrap();
    assert_eq!(world.processes(), Vec::<i32>::new());
}

#[tokio::test]
async fn a_qemu_killed_behind_our_back_is_seen_at_the_next_call_and_starts_again() {
    let world = World::new().await;
    let spec = world.spec("vm_killed");
    let mut line = world.booted(&spec).await;
    kill(world.emulator());
    until("the guest is seen as stopped", async || {
        world.driver.status(&spec.reference).await == Ok(Status::Stopped)
    })
    .await;
    let rest = tokio::io::AsyncReadExt::read_to_end(&mut line, &mut Vec::new()).await;
    assert!(rest.is_ok(), "open consoles see the end of the line");
    drop(world.booted(&spec).await);
    assert_eq!(world.driver.list().await.unwrap().len(), 1);
    world.driver.destroy(&spec.reference).await.unwrap();
}

#[tokio::test]
async fn a_supervisor_killed_behind_our_back_costs_the_line_and_nothing_else() {
    let world = World::new().await;
    let spec = world.spec("vm_alone");
    drop(world.booted(&spec).await);
    let emulator = world.emulator();
    for number in world
        .processes()
        .into_iter()
        .filter(|number| *number != emulator)
    {
        kill(number);
    }
    assert_eq!(
        world.driver.status(&spec.reference).await,
        Ok(Status::Running)
    );
    assert!(
        world
            .driver
            .console(&spec.reference, ConsoleKind::Serial)
            .await
            .is_err()
    );
    world.driver.stop(&spec.reference).await.unwrap();
    assert_eq!(world.processes(), Vec::<i32>::new());
    drop(world.booted(&spec).await);
    world.driver.destroy(&spec.reference).await.unwrap();
}
