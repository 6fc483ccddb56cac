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
    let mut line = next.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
    line.write_all(b"echo it is $answer\n").await.unwrap();
    read_until(&mut line, "it is 41967").await;

    let parents = std::fs::read_to_string(format!("/proc/{}/status", world.emulator())).unwrap();
    let parent = parents.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap().trim();
    assert_ne!(parent, std::process::id().to_string(), "QEMU is not a child of the server");
    next.destroy(&spec.reference).await.unwrap();
    assert_eq!(world.processes(), Vec::<i32>::new());
}

#[tokio::test]
async fn a_qemu_killed_behind_our_back_is_seen_at_the_next_call_and_starts_again() {
    let world = World::new().await;
    let spec = world.spec("vm_killed");
    let mut line = world.booted(&spec).await;
    kill(world.emulator());
    until("the guest is seen as stopped", async || world.driver.status(&spec.reference).await == Ok(Status::Stopped)).await;
    let rest = tokio::io::AsyncReadExt::read_to_end(&mut line, &mut Vec::new()).await;
    assert!(rest.is_ok(), "open consoles see the end of the line");
    drop(world.booted(&spec).await);
    assert_eq!(world.driver.list().await.unwrap().len(), 1);
    world.driver.destroy(&spec.reference).await.unwrap();
}

#[tokio::test]
async fn a_guest_whose_supervisor_was_killed_gets_a_new_one() {
    let world = World::new().await;
    let spec = world.spec("vm_alone");
    drop(world.booted(&spec).await);
    let emulator = world.emulator();
    for number in world.processes().into_iter().filter(|number| *number != emulator) {
        kill(number);
    }
    assert_eq!(world.driver.status(&spec.reference).await, Ok(Status::Running));
    let mut line = world.driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
    line.write_all(b"echo $((41000 + 967))\n").await.unwrap();
    read_until(&mut line, "41967").await;
    assert_eq!(world.emulator(), emulator, "the guest itself went on");
    let before = world.driver.measure(&spec.reference).await.unwrap().net_sent_bytes;
    line.write_all(b"while ! ping -c 1 10.0.2.2; do usleep 100000; done; ping -i 0.2 10.0.2.2 &\n").await.unwrap();
    until("traffic is counted again", async || world.driver.measure(&spec.reference).await.unwrap().net_sent_bytes > before).await;
    world.driver.stop(&spec.reference).await.unwrap();
    assert_eq!(world.processes(), Vec::<i32>::new());
    world.driver.destroy(&spec.reference).await.unwrap();
}

#[tokio::test]
async fn two_that_ensure_and_start_the_same_guest_make_one() {
    let world = World::new().await;
    let spec = world.spec("vm_twice");
    let other = Qemu::new(world.settings.clone());
    let (one, two) = tokio::join!(world.driver.ensure(&spec), other.ensure(&spec));
    assert_eq!(one.unwrap(), two.unwrap());
    let (one, two) = tokio::join!(world.driver.start(&spec.reference), other.start(&spec.reference));
    assert_eq!((one, two), (Ok(()), Ok(())));
    assert_eq!(world.processes().len(), 2, "one QEMU and one supervisor");
    let (one, two) = tokio::join!(world.driver.destroy(&spec.reference), other.destroy(&spec.reference));
    assert_eq!((one, two), (Ok(()), Ok(())));
    assert_eq!(world.processes(), Vec::<i32>::new());
}

#[tokio::test]
async fn what_a_crash_left_half_done_is_cleared_by_the_next_call() {
    let world = World::new().await;
    let spec = world.spec("vm_half");
    let guests = world.folder.path().join("guests");
    for half in [".new-vm_half", ".gone-vm_half"] {
        std::fs::create_dir_all(guests.join(half).join("seed")).unwrap();
        std::fs::write(guests.join(half).join("disk.qcow2"), "half a disk").unwrap();
    }
    assert_eq!(world.driver.list().await.unwrap(), [], "half a guest is not listed");
    world.driver.ensure(&spec).await.unwrap();
    world.driver.start(&spec.reference).await.unwrap();
    world.driver.destroy(&spec.reference).await.unwrap();
    assert_eq!(std::fs::read_dir(guests).unwrap().count(), 0);
}

#[tokio::test]
async fn a_data_folder_with_a_very_long_name_works() {
    let mut world = World::new().await;
    world.settings.data_dir = world.folder.path().join("long".repeat(40)).join("data, with a comma");
    world.driver = Qemu::new(world.settings.clone());
    let spec = world.spec("vm_long");
    world.driver.ensure(&spec).await.unwrap();
    world.driver.start(&spec.reference).await.unwrap();
    let mut screen = world.driver.console(&spec.reference, ConsoleKind::Screen).await.unwrap();
    read_until(&mut screen, "RFB 003.008").await;
    world.driver.destroy(&spec.reference).await.unwrap();
    assert_eq!(world.processes(), Vec::<i32>::new());
}
