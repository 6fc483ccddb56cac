//! Extra disks of real guests: seen from inside while it runs, kept over a restart, grown, taken away.

use std::process::Command;

use compute_driver::{ConsoleKind, ConsoleStream, DiskSpec, Driver, DriverError, Reference, Status, disk::serial};
use compute_qemu::Qemu;
use tokio::io::AsyncWriteExt;

use crate::world::{World, read_until, until};

fn name(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

/// Asks the guest and waits for the answer, which differs from everything that was typed.
async fn asks(line: &mut (dyn ConsoleStream + '_), command: &str, answer: &str) {
    line.write_all(format!("{command}\n").as_bytes()).await.unwrap();
    read_until(line, answer).await;
}

#[tokio::test]
async fn a_disk_comes_to_a_guest_that_runs_stays_over_a_restart_grows_and_goes() {
    let world = World::new().await;
    let spec = world.spec("vm_with-disk");
    let mut line = world.booted(&spec).await;
    let (disk, guest) = (name("dsk_01jzqv3c5e7x9f2m4k6n8p0r1s"), &spec.reference);
    world.driver.create_disk(&DiskSpec { reference: disk.clone(), gib: 1 }).await.unwrap();
    world.driver.attach_disk(&disk, guest).await.unwrap();
    // The tiny template mounts /sys a moment after its prompt. What is found is called $d from here on.
    let number = serial(&disk);
    let find = format!("until d=$(grep -l {number} /sys/block/*/serial 2>/dev/null); do sleep 1; done; d=/dev/$(basename $(dirname $d)); echo fou''nd");
    asks(&mut *line, &format!("{find} $((41000 + 967))"), "found 41967").await;
    let fill = "mkdir -p /mnt; mke2fs -q -F -t ext4 $d && mount -t ext4 $d /mnt && echo $((52000 + 11)) > /mnt/mark && sync && umount /mnt && echo wri''tten";
    let fill = fill.replace("mke2fs", "/usr/sbin/mke2fs");
    asks(&mut *line, &fill, "written").await;
    drop(line);

    // Another process of the same installation sees the same, and a second QEMU has it from the start.
    let other = Qemu::new(world.settings.clone());
    other.stop(guest).await.unwrap();
    other.start(guest).await.unwrap();
    // The backlog begins with what the first boot printed.
    let booted = async || String::from_utf8_lossy(&other.console_backlog(guest).await.unwrap()).matches("BusyBox v").count() > 1;
    until("the guest has booted again", booted).await;
    let mut line = other.console(guest, ConsoleKind::Serial).await.unwrap();
    asks(&mut *line, &format!("{find} $((42000 + 967))"), "found 42967").await;
    asks(&mut *line, "mkdir -p /mnt; mount -t ext4 $d /mnt && cat /mnt/mark && umount /mnt", "52011").await;
    other.grow_disk(&disk, 2).await.unwrap();
    let grown = "until [ $(cat /sys/block/$(basename $d)/size) = 4194304 ]; do sleep 1; done; echo gro''wn";
    asks(&mut *line, grown, "grown").await;
    other.detach_disk(&disk).await.unwrap();
    asks(&mut *line, "until ! [ -e /sys/block/$(basename $d) ]; do sleep 1; done; echo go''ne", "gone").await;
    drop(line);

    // Nobody has it open any more: stock tools read it.
    let file = world.folder.path().join("disks").join(disk.as_str()).join("disk.qcow2");
    assert!(Command::new("qemu-img").arg("check").arg(&file).output().unwrap().status.success());
    other.destroy(guest).await.unwrap();
    assert_eq!(other.disks().await.unwrap().len(), 1, "it outlives the guest");
    other.remove_disk(&disk).await.unwrap();
    assert_eq!(std::fs::read_dir(world.folder.path().join("disks")).unwrap().count(), 0, "nothing is left");
}

#[tokio::test]
async fn a_call_that_was_cut_off_is_taken_up_and_a_guest_that_is_killed_keeps_its_disks() {
    let world = World::new().await;
    let spec = world.spec("vm_cut-off-disk");
    drop(world.booted(&spec).await);
    let (one, two) = (name("dsk_one"), name("dsk_two"));
    for disk in [&one, &two] {
        world.driver.create_disk(&DiskSpec { reference: disk.clone(), gib: 1 }).await.unwrap();
    }
    let asked = world.driver.attach_disk(&one, &spec.reference);
    let _cut_off = tokio::time::timeout(std::time::Duration::from_millis(2), asked).await;
    let other = Qemu::new(world.settings.clone());
    let (first, second) = tokio::join!(world.driver.attach_disk(&one, &spec.reference), other.attach_disk(&two, &spec.reference));
    assert_eq!((first, second), (Ok(()), Ok(())));
    crate::world::kill(world.emulator());
    until("the guest is seen as stopped", async || world.driver.status(&spec.reference).await == Ok(Status::Stopped)).await;
    other.start(&spec.reference).await.unwrap();
    let listed = other.disks().await.unwrap();
    assert!(listed.iter().all(|disk| disk.guest.as_ref() == Some(&spec.reference)), "{listed:?}");
    let busy = other.remove_disk(&one).await;
    assert!(matches!(busy, Err(DriverError::Conflict { .. })), "{busy:?}");
    other.destroy(&spec.reference).await.unwrap();
    for disk in [&one, &two] {
        other.remove_disk(disk).await.unwrap();
    }
}
