//! What is kept of real guests, and what changes about them: beside the conformance suite, what only this driver can show.

use std::process::Command;

use compute_driver::{Driver, DriverError, GuestSpec, InForce, PasswordHash, Progress, Reference, Size, SnapshotSpec, Status};
use compute_qemu::Qemu;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::world::{World, new_key, read_until, ssh, until};

fn name(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

async fn backed_up(driver: &Qemu, guest: &Reference, backup: &Reference) {
    until("the backup is done", async || matches!(driver.create_backup(guest, backup).await.unwrap(), Progress::Done(_))).await;
}

#[tokio::test]
async fn two_that_take_and_delete_the_same_snapshot_agree_and_what_was_cut_off_is_taken_up() {
    let world = World::new().await;
    let spec = world.spec("vm_snapshots");
    drop(world.booted(&spec).await);
    let other = Qemu::new(world.settings.clone());
    let wanted = SnapshotSpec { name: name("snp_twice"), memory: true };
    let (one, two) = tokio::join!(world.driver.create_snapshot(&spec.reference, &wanted), other.create_snapshot(&spec.reference, &wanted));
    assert_eq!(one.unwrap(), two.unwrap());
    assert_eq!(world.driver.snapshots(&spec.reference).await.unwrap().len(), 1);

    // A caller that dies in the middle leaves the job to QEMU; the next one finds what came of it.
    let cut_off = SnapshotSpec { name: name("snp_cut-off"), memory: true };
    let asked = world.driver.create_snapshot(&spec.reference, &cut_off);
    let _cut_off = tokio::time::timeout(std::time::Duration::from_millis(60), asked).await;
    // While it writes the memory QEMU may not answer for longer than a caller waits; callers ask again then.
    let mut taken = other.create_snapshot(&spec.reference, &cut_off).await;
    for _ in 0..20 {
        if !matches!(taken, Err(DriverError::Unavailable { .. })) {
            break;
        }
        taken = other.create_snapshot(&spec.reference, &cut_off).await;
    }
    let taken = taken.unwrap().done().unwrap();
    assert!(taken.memory);
    assert_eq!(other.status(&spec.reference).await, Ok(Status::Running));
    assert_eq!(other.snapshots(&spec.reference).await.unwrap().len(), 2);

    // The memory of another size cannot be loaded, and asking for it leaves the guest alone.
    let larger = Size { memory_mib: spec.memory_mib + 64, ..spec.size() };
    assert_eq!(other.resize(&spec.reference, &larger).await, Ok(InForce::AfterRestart));
    let answer = other.roll_back(&spec.reference, &wanted.name).await;
    assert!(matches!(answer, Err(DriverError::Conflict { .. })), "{answer:?}");
    assert_eq!(other.status(&spec.reference).await, Ok(Status::Running));
    let (one, two) = tokio::join!(world.driver.delete_snapshot(&spec.reference, &wanted.name), other.delete_snapshot(&spec.reference, &wanted.name));
    assert_eq!((one, two), (Ok(()), Ok(())));
    world.driver.destroy(&spec.reference).await.unwrap();
}

#[tokio::test]
async fn a_backup_opens_with_stock_tools_and_outlives_its_guest() {
    let world = World::new().await;
    let spec = world.spec("vm_archive");
    let mut line = world.booted(&spec).await;
    // The tiny template makes its file system a moment after its prompt.
    line.write_all(b"while [ ! -s /etc/dropbear/key ]; do sleep 1; done; sync; echo $((41000 + 967))\n").await.unwrap();
    read_until(&mut line, "41967").await;
    drop(line);
    let (live, cold) = (name("bak_live"), name("bak_cold"));
    backed_up(&world.driver, &spec.reference, &live).await;
    world.driver.stop(&spec.reference).await.unwrap();
    backed_up(&world.driver, &spec.reference, &cold).await;
    world.driver.destroy(&spec.reference).await.unwrap();

    let backups = world.driver.backups().await.unwrap();
    assert_eq!(backups.iter().map(|backup| backup.name.as_str()).collect::<Vec<_>>(), ["bak_live", "bak_cold"]);
    for backup in &backups {
        let archive = world.folder.path().join("download.qcow2");
        let mut opened = world.driver.open_backup(&backup.name).await.unwrap();
        tokio::io::copy(&mut opened.content, &mut tokio::fs::File::create(&archive).await.unwrap()).await.unwrap();
        let raw = world.folder.path().join("raw");
        let convert = Command::new("qemu-img").args(["convert", "-f", "qcow2", "-O", "raw"]).arg(&archive).arg(&raw).output().unwrap();
        assert!(convert.status.success(), "{}", String::from_utf8_lossy(&convert.stderr));
        let check = Command::new("/usr/sbin/e2fsck").args(["-f", "-y"]).arg(&raw).output().unwrap();
        assert!(check.status.code().is_some_and(|code| code < 4), "{}", String::from_utf8_lossy(&check.stdout));
        assert!(Command::new("qemu-img").arg("check").arg(&archive).output().unwrap().status.success());
        let info = Command::new("qemu-img").args(["info", "--output=json"]).arg(&archive).output().unwrap();
        assert!(!String::from_utf8_lossy(&info.stdout).contains("backing-filename"), "it depends on no other file");
        assert_eq!((archive.metadata().unwrap().len(), opened.bytes), (backup.bytes, backup.bytes));
    }
    let again = world.driver.restore_backup(&cold, &spec).await.unwrap().done().unwrap();
    assert_eq!(again.status, Status::Stopped);
    world.driver.destroy(&spec.reference).await.unwrap();
}

#[tokio::test]
async fn a_backup_whose_qemu_dies_begins_anew_and_half_of_it_is_never_listed() {
    let world = World::new().await;
    let spec = world.spec("vm_half-archive");
    drop(world.booted(&spec).await);
    let backup = name("bak_half");
    world.driver.create_backup(&spec.reference, &backup).await.unwrap();
    crate::world::kill(world.emulator());
    until("the guest is seen as stopped", async || world.driver.status(&spec.reference).await == Ok(Status::Stopped)).await;
    assert_eq!(world.driver.backups().await.unwrap(), []);
    backed_up(&world.driver, &spec.reference, &backup).await;
    assert_eq!(world.driver.backups().await.unwrap().len(), 1);
    world.driver.delete_backup(&backup).await.unwrap();

    // One that is given up leaves no draft behind.
    world.driver.start(&spec.reference).await.unwrap();
    world.driver.create_backup(&spec.reference, &name("bak_given-up")).await.unwrap();
    world.driver.delete_backup(&name("bak_given-up")).await.unwrap();
    assert_eq!(std::fs::read_dir(world.folder.path().join("backups")).unwrap().count(), 0);
    world.driver.destroy(&spec.reference).await.unwrap();
}

#[tokio::test]
async fn keys_and_passwords_reach_the_guest_and_rescue_leaves_its_disk_alone() {
    let world = World::new().await;
    let mut spec = world.spec("vm_access");
    spec.user_data = Some("#!/bin/sh\necho done >/data/user-data\n".to_owned());
    let mut line = world.booted(&spec).await;
    line.write_all(b"while [ ! -s /etc/dropbear/instance ]; do sleep 1; done; sync; sleep 1; echo $(cat /data/user-data)-once\n").await.unwrap();
    read_until(&mut line, "done-once").await;
    drop(line);

    let key = new_key(&world.folder);
    assert_eq!(world.driver.authorise_key(&spec.reference, &key).await, Ok(InForce::AfterRestart));
    let hash = PasswordHash::parse("$6$saltsalt$abcdefghijklmnopqrstuvwxyz").unwrap();
    assert_eq!(world.driver.set_password(&spec.reference, &hash).await, Ok(InForce::AfterRestart));
    world.driver.stop(&spec.reference).await.unwrap();
    world.driver.start(&spec.reference).await.unwrap();
    let port = world.driver.find(&spec.reference).await.unwrap().unwrap().ssh.unwrap().port;
    until("the new key lets us in", async || ssh(&world.folder, port, "true").await.status.success()).await;
    let passwd = ssh(&world.folder, port, "cat /etc/passwd").await.stdout;
    assert!(String::from_utf8_lossy(&passwd).contains("root:$6$saltsalt$abcdefghijklmnopqrstuvwxyz:"));

    world.driver.start_rescue(&spec.reference).await.unwrap();
    until("the key lets us into the rescue system", async || ssh(&world.folder, port, "grep fairhold.rescue /proc/cmdline").await.status.success()).await;
    let seen = ssh(&world.folder, port, "grep -c /dev/vda /proc/mounts; mount -t ext4 -o ro /dev/vda /data && cat /data/user-data").await.stdout;
    assert_eq!(String::from_utf8_lossy(&seen).split_whitespace().collect::<Vec<_>>(), ["0", "done"]);
    world.driver.end_rescue(&spec.reference).await.unwrap();

    let larger = Size { memory_mib: spec.memory_mib + 64, disk_gib: spec.disk_gib + 1, ..spec.size() };
    assert_eq!(world.driver.resize(&spec.reference, &larger).await, Ok(InForce::Now), "a stopped guest has nothing to wait for");
    world.driver.start(&spec.reference).await.unwrap();
    let sizes = "blockdev --getsize64 /dev/vda; grep MemTotal /proc/meminfo";
    until("SSH after a restart", async || ssh(&world.folder, port, "true").await.status.success()).await;
    let seen = String::from_utf8(ssh(&world.folder, port, sizes).await.stdout).unwrap();
    let mut words = seen.split_whitespace();
    assert_eq!(words.next(), Some((u64::from(larger.disk_gib) << 30).to_string().as_str()));
    assert!(words.nth(1).unwrap().parse::<u32>().unwrap() > spec.memory_mib * 1024, "{seen}");
    let figures = world.driver.measure(&spec.reference).await.unwrap();
    assert!(figures.disk_reads > 0 && figures.disk_read_bytes > 0 && figures.memory_used_bytes > 1 << 20, "{figures:?}");
    world.driver.destroy(&spec.reference).await.unwrap();
}

/// QEMU's own network leads 10.0.2.2 to the host's loopback, and a port of the host to the guest; neither may be left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_that_is_cut_off_reaches_nothing_and_is_reached_by_nobody() {
    let world = World::new().await;
    let outside = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = outside.local_addr().unwrap().port();
    tokio::spawn(async move { while outside.accept().await.is_ok() {} });
    // The prompt comes before the network is up.
    let reach = format!("until ip route | grep -q default; do sleep 1; done; nc -w 2 10.0.2.2 {port} < /dev/null && echo in''side-out || echo cut''-off\n");
    for (reference, cut_off) in [("vm_open", false), ("vm_cut", true)] {
        let spec = GuestSpec { cut_off, ..world.spec(reference) };
        let mut line = world.booted(&spec).await;
        line.write_all(reach.as_bytes()).await.unwrap();
        read_until(&mut line, if cut_off { "cut-off" } else { "inside-out" }).await;
        let port = world.driver.find(&spec.reference).await.unwrap().unwrap().ssh.unwrap().port;
        assert_eq!(TcpStream::connect(("127.0.0.1", port)).await.is_ok(), !cut_off);
        world.driver.destroy(&spec.reference).await.unwrap();
    }
}
