//! What a container may not: use more than it was ordered with, be root of the host, or see out.

use std::{fs, os::unix::fs::MetadataExt};

use compute_driver::{Driver, Size, Status};

use crate::world::{World, types};

#[tokio::test]
async fn memory_processes_processors_and_disk_are_limited() {
    let world = World::new().await;
    let spec = world.spec("vm_limits");
    let mut line = world.booted(&spec).await;
    // What is too much memory is killed, and the container goes on.
    let seen = types(&mut line, "dd if=/dev/zero of=/dev/null bs=400M count=1; echo survived-$((1+1))", "survived-2").await;
    assert!(seen.contains("Killed"), "{seen}");
    assert_eq!(world.driver.status(&spec.reference).await, Ok(Status::Running));
    let group = fs::read_to_string(format!("/proc/{}/cgroup", world.init())).unwrap();
    let memory = group.lines().find_map(|line| line.split_once(":memory:")).unwrap().1;
    let control = fs::read_to_string(format!("/sys/fs/cgroup/memory{memory}/memory.oom_control")).unwrap();
    let kills = control.lines().find_map(|line| line.strip_prefix("oom_kill ")).unwrap().trim().parse::<u64>().unwrap();
    assert!(kills > 0, "the limit was felt where the container is: {control}");

    let before = world.driver.measure(&spec.reference).await.unwrap();
    types(&mut line, "for i in 1 2 3; do (timeout 2 sh -c 'while :; do :; done') & done; wait; echo spun-$((1+1))", "spun-2").await;
    let after = world.driver.measure(&spec.reference).await.unwrap();
    let (used, passed) = (after.cpu_us - before.cpu_us, after.uptime_us - before.uptime_us);
    assert!(used < passed + passed / 4, "one processor was ordered: {used} of {passed}");

    let seen = types(&mut line, "dd if=/dev/zero of=/data/fill bs=1M count=2000; rm /data/fill; echo full-$((1+1))", "full-2").await;
    assert!(seen.contains("No space left on device"), "{seen}");

    let larger = Size { cpus: 2, memory_mib: 1024, disk_gib: 1 };
    world.driver.resize(&spec.reference, &larger).await.unwrap();
    let limit = fs::read_to_string(format!("/sys/fs/cgroup/memory{memory}/memory.limit_in_bytes")).unwrap();
    assert_eq!(limit.trim(), (1024_u64 << 20).to_string(), "a running container is held to its new size");
    types(&mut line, "dd if=/dev/zero of=/dev/null bs=300M count=1 2>/dev/null && echo larger-$((1+1))", "larger-2").await;
    let processes = group.lines().find_map(|line| line.split_once(":pids:")).unwrap().1;
    let limit = fs::read_to_string(format!("/sys/fs/cgroup/pids{processes}/pids.max")).unwrap();
    assert_eq!(limit.trim(), "4096", "a container cannot fill the host with processes");
    world.driver.destroy(&spec.reference).await.unwrap();
    world.nothing_is_left();
}

#[tokio::test]
async fn root_of_a_container_is_nobody_on_the_host() {
    let world = World::new().await;
    let (one, two) = (world.spec("vm_alpha"), world.spec("vm_beta"));
    let mut line = world.booted(&one).await;
    let user = fs::metadata(format!("/proc/{}", world.init())).unwrap().uid();
    assert!(user > 0x7000_0000, "its root is user {user} of the host");
    drop(world.booted(&two).await);
    let users: std::collections::BTreeSet<_> = fs::read_dir(world.folder.path().join("run"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path().join("init")).unwrap())
        .map(|number| fs::metadata(format!("/proc/{}", number.trim())).unwrap().uid())
        .collect();
    assert_eq!(users.len(), 2, "each container has ids of its own");

    let modes = types(&mut line, "stat -c '%n %a' / /tmp /root /etc /etc/fairhold /etc/shadow; echo modes-$((1+1))", "modes-2").await;
    for mode in ["/ 755", "/tmp 1777", "/root 700", "/etc 755", "/etc/fairhold 755", "/etc/shadow 600"] {
        assert!(modes.contains(mode), "{mode}: {modes}");
    }
    for (attempt, refused) in [
        ("mount -t tmpfs none /mnt", "mount"),
        ("unshare -U true", "namespace"),
        ("mknod /tmp/disk b 254 0", "device"),
        ("echo 1 >/proc/sys/kernel/panic", "setting"),
        ("hostname other", "name of the machine"),
        ("cat /proc/kcore | head -c 1 | grep -q .", "memory of the host"),
        ("chroot /proc/1/root/../../.. ls /work", "folder of the host"),
        ("dmesg >/dev/null", "log of the kernel"),
        ("nsenter -t 1 -m true", "other namespace"),
    ] {
        types(&mut line, &format!("({attempt}) 2>/dev/null || echo refused-$((40+2))"), "refused-42").await;
        eprintln!("refused: {refused}");
    }
    let seen = types(&mut line, "grep -E 'NoNewPrivs|Seccomp:|CapBnd' /proc/self/status; ps | wc -l; echo seen-$((1+1))", "seen-2").await;
    assert!(seen.contains("NoNewPrivs:\t1") && seen.contains("Seccomp:\t2"), "{seen}");
    let processes = types(&mut line, "ps -o comm | sort -u; echo listed-$((1+1))", "listed-2").await;
    assert!(!processes.contains("runc") && !processes.contains("supervisor"), "{processes}");
    for spec in [&one, &two] {
        world.driver.destroy(&spec.reference).await.unwrap();
    }
}
