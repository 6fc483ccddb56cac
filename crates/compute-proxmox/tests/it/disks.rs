//! Extra disks: their holders, what they survive, and every way in which a call about them may end in the middle.

use std::time::Duration;

use compute_driver::{DISKS_PER_GUEST, Disk, DiskSpec, Driver, DriverError, GuestSpec, Reference, SnapshotSpec, Status, disk::serial};
use proxmox_standin::Fault;

use crate::world::{World, spec};

fn name(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

fn lost() -> Fault {
    Fault::After { status: 596, reason: "Broken pipe".into() }
}

fn held(gib: u32, guest: Option<&GuestSpec>) -> Vec<Disk> {
    vec![Disk { reference: name("dsk_1"), gib, guest: guest.map(|guest| guest.reference.clone()) }]
}

impl World {
    async fn disk(&self, text: &str) -> Reference {
        let disk = DiskSpec { reference: name(text), gib: 1 };
        self.driver.create_disk(&disk).await.unwrap();
        disk.reference
    }

    /// The one disk of the cluster as another process sees it.
    async fn listed(&self) -> Vec<Disk> {
        self.another().await.disks().await.unwrap()
    }

    /// Where the volume of the disk's holder hangs at the guest.
    fn hung(&self, disk: &Reference, vmid: u32) -> Vec<String> {
        let volume = format!("local-lvm:vm-{}-disk-0", self.vmid(disk));
        let state = self.cluster.lock();
        state.guests[&vmid].config.iter().filter(|(_, line)| line.starts_with(&volume)).map(|(key, _)| key.clone()).collect()
    }
}

#[tokio::test]
async fn a_disk_hangs_at_its_guest_by_its_serial_number_and_belongs_to_its_holder() {
    let world = World::new().await;
    let ((spec, vmid), disk) = (world.running("one").await, world.disk("dsk_1").await);
    world.driver.attach_disk(&disk, &spec.reference).await.unwrap();
    let holder = world.vmid(&disk);
    {
        let state = world.cluster.lock();
        let line = &state.guests[&vmid].config["virtio8"];
        assert!(line.starts_with(&format!("local-lvm:vm-{holder}-disk-0,serial={},backup=0", serial(&disk))), "{line}");
        let config = &state.guests[&holder].config;
        assert_eq!((config["protection"].as_str(), config["freeze"].as_str(), config["onboot"].as_str()), ("1", "1", "0"));
        assert_eq!(state.guests[&holder].status, "stopped");
    }
    let driver = world.another().await;
    assert!(driver.list().await.unwrap().iter().map(|guest| &guest.reference).eq([&spec.reference]));
    assert!(driver.strangers().await.unwrap().is_empty(), "a holder is nobody's machine");
    assert!(driver.report().await.unwrap().problems.is_empty());
    assert_eq!(driver.find(&spec.reference).await.unwrap().unwrap().size, spec.size(), "the disk is no part of the guest");
}

/// By us, and by somebody at the cluster who removes the guest with all that is its own.
#[tokio::test]
async fn a_disk_outlives_its_guest() {
    let world = World::new().await;
    let ((spec, vmid), disk) = (world.running("one").await, world.disk("dsk_1").await);
    world.driver.attach_disk(&disk, &spec.reference).await.unwrap();
    {
        let mut state = world.cluster.lock();
        state.guests.remove(&vmid);
        state.disks.free_all(vmid);
    }
    assert_eq!(world.listed().await, held(1, Some(&spec)), "what was said last");
    world.driver.detach_disk(&disk).await.unwrap();
    assert_eq!(world.listed().await, held(1, None));

    let (spec, vmid) = world.running("two").await;
    world.driver.attach_disk(&disk, &spec.reference).await.unwrap();
    assert_eq!(world.hung(&disk, vmid), ["virtio8"]);
    world.driver.destroy(&spec.reference).await.unwrap();
    assert_eq!(world.listed().await, held(1, None));
    assert_eq!(world.cluster.lock().disks.volumes.len(), 1, "the volume is there, and the guest's own is not");
    world.driver.remove_disk(&disk).await.unwrap();
    let state = world.cluster.lock();
    assert!(state.disks.volumes.is_empty() && state.guests.keys().copied().eq([9000]), "nothing is left behind");
}

/// A guest that went behind our back and is destroyed here later leaves its disks, too.
#[tokio::test]
async fn destroying_what_is_gone_frees_its_disks() {
    let world = World::new().await;
    let ((spec, vmid), disk) = (world.guest("one").await, world.disk("dsk_1").await);
    world.driver.attach_disk(&disk, &spec.reference).await.unwrap();
    world.cluster.lock().guests.remove(&vmid);
    world.another().await.destroy(&spec.reference).await.unwrap();
    assert_eq!(world.listed().await, held(1, None));
}

#[tokio::test]
async fn an_answer_that_got_lost_is_taken_up_by_the_next_call() {
    let world = World::new().await;
    let (spec, vmid) = world.running("one").await;
    let (disk, wanted) = (name("dsk_1"), DiskSpec { reference: name("dsk_1"), gib: 1 });
    /// The same again, as a step does it, until it is clear how it ended.
    async fn again<T>(mut call: impl AsyncFnMut() -> Result<T, DriverError>) -> T {
        for _ in 0..3 {
            match call().await {
                Err(error) if error.may_retry() => {}
                ended => return ended.unwrap(),
            }
        }
        panic!("it never became clear")
    }
    world.cluster.inject("POST", "/pve1/qemu", lost());
    world.cluster.inject("POST", "/pve2/qemu", lost());
    again(async || world.driver.create_disk(&wanted).await).await;
    assert_eq!(world.cluster.count("POST", "/pve1/qemu") + world.cluster.count("POST", "/pve2/qemu"), 1);

    let (holder, guest) = (world.vmid(&disk), format!("/qemu/{vmid}/config"));
    let tags = format!("/qemu/{holder}/config");
    for call in ["said", "hung"] {
        world.cluster.inject(if call == "said" { "PUT" } else { "POST" }, if call == "said" { &tags } else { &guest }, lost());
        again(async || world.driver.attach_disk(&disk, &spec.reference).await).await;
        assert_eq!((world.listed().await, world.hung(&disk, vmid)), (held(1, Some(&spec)), vec!["virtio8".to_owned()]), "{call}");
        world.cluster.inject(if call == "said" { "PUT" } else { "POST" }, if call == "said" { &tags } else { &guest }, Fault::Cut);
        again(async || world.driver.detach_disk(&disk).await).await;
        assert_eq!((world.listed().await, world.hung(&disk, vmid)), (held(1, None), vec![]), "{call}");
    }
    world.driver.attach_disk(&disk, &spec.reference).await.unwrap();
    world.cluster.inject("PUT", "/resize", lost());
    world.cluster.inject("PUT", &tags, lost());
    again(async || world.driver.grow_disk(&disk, 3).await).await;
    assert_eq!(world.listed().await, held(3, Some(&spec)));
    assert!(world.cluster.lock().disks.volumes.iter().any(|(volume, at)| volume.contains(&format!("vm-{holder}-")) && at.gib == 3));
    again(async || world.driver.detach_disk(&disk).await).await;
    world.cluster.inject("PUT", &tags, lost());
    world.cluster.inject("DELETE", &format!("/qemu/{holder}"), lost());
    again(async || world.driver.remove_disk(&disk).await).await;
    assert!(world.listed().await.is_empty());
}

/// The process died after it had said whose the disk is and before the guest had it.
#[tokio::test]
async fn a_disk_that_was_promised_and_not_hung_is_hung_by_the_next_call() {
    let world = World::new().await;
    let ((spec, vmid), disk) = (world.running("one").await, world.disk("dsk_1").await);
    world.cluster.inject("POST", &format!("/qemu/{vmid}/config"), Fault::Instead { status: 500, reason: "the process died here".into() });
    world.driver.attach_disk(&disk, &spec.reference).await.unwrap_err();
    assert!(world.hung(&disk, vmid).is_empty());
    world.another().await.attach_disk(&disk, &spec.reference).await.unwrap();
    assert_eq!(world.hung(&disk, vmid), ["virtio8"]);
}

#[tokio::test]
async fn a_full_storage_makes_no_disk_and_grows_none() {
    let world = World::new().await;
    let disk = world.disk("dsk_1").await;
    world.cluster.lock().storage_full = true;
    let error = world.driver.create_disk(&DiskSpec { reference: name("dsk_2"), gib: 1 }).await.unwrap_err();
    assert!(matches!(error, DriverError::Full { .. }), "{error:?}");
    let error = world.driver.grow_disk(&disk, 2).await.unwrap_err();
    assert!(matches!(error, DriverError::Full { .. }), "{error:?}");
    assert_eq!(world.listed().await, held(1, None));
    world.cluster.lock().storage_full = false;
    world.driver.grow_disk(&disk, 2).await.unwrap();
    assert_eq!(world.listed().await, held(2, None));
}

#[tokio::test]
async fn locks_are_waited_for() {
    let world = World::new().await;
    let ((spec, vmid), disk) = (world.running("one").await, world.disk("dsk_1").await);
    let locked = || Fault::Instead { status: 500, reason: "can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout".into() };
    world.cluster.inject("POST", &format!("/qemu/{vmid}/config"), locked());
    world.cluster.inject("PUT", &format!("/qemu/{}/config", world.vmid(&disk)), locked());
    world.driver.attach_disk(&disk, &spec.reference).await.unwrap();
    world.cluster.inject("POST", &format!("/qemu/{vmid}/config"), Fault::TaskEnds("VM is locked (backup)".into()));
    world.driver.detach_disk(&disk).await.unwrap();
    assert_eq!(world.listed().await, held(1, None));
}

/// A system that does not answer its hypervisor keeps what it has and gets nothing, and nothing waits for its next start.
#[tokio::test]
async fn a_guest_that_takes_nothing_and_lets_go_of_nothing_is_as_before() {
    let world = World::new().await;
    let ((spec, vmid), disk) = (world.running("one").await, world.disk("dsk_1").await);
    let settled = || {
        let state = world.cluster.lock();
        assert!(state.guests[&vmid].pending.is_empty() && state.guests[&vmid].pending_deletes.is_empty());
    };
    for (clings, hotplug) in [(true, true), (false, false)] {
        {
            let mut state = world.cluster.lock();
            (state.guests.get_mut(&vmid).unwrap().clings, state.hotplug) = (clings, hotplug);
        }
        let error = world.driver.attach_disk(&disk, &spec.reference).await.unwrap_err();
        assert!(matches!(&error, DriverError::Conflict { reason } if reason.contains("stop it first")), "{error:?}");
        assert_eq!((world.listed().await, world.hung(&disk, vmid)), (held(1, None), vec![]));
        settled();
        world.driver.stop(&spec.reference).await.unwrap();
        world.driver.attach_disk(&disk, &spec.reference).await.unwrap();
        world.driver.start(&spec.reference).await.unwrap();
        let error = world.driver.detach_disk(&disk).await.unwrap_err();
        assert!(matches!(&error, DriverError::Unavailable { reason } if reason.contains("unmount")), "{error:?}");
        assert_eq!((world.listed().await, world.hung(&disk, vmid)), (held(1, Some(&spec)), vec!["virtio8".to_owned()]));
        settled();
        world.driver.stop(&spec.reference).await.unwrap();
        world.driver.detach_disk(&disk).await.unwrap();
        assert_eq!(world.listed().await, held(1, None));
        world.driver.start(&spec.reference).await.unwrap();
    }
}

/// On storage of each node's own a disk is copied to its machine's node; on shared storage it is there already.
#[tokio::test]
async fn a_disk_comes_to_its_machines_node() {
    for shared in [false, true] {
        let world = World::new().await;
        world.cluster.lock().shared = shared;
        let ((spec, vmid), disk) = (world.running("one").await, world.disk("dsk_1").await);
        let holder = world.vmid(&disk);
        let home = world.cluster.lock().guests[&vmid].node.clone();
        let away = if home == "pve1" { "pve2" } else { "pve1" };
        {
            let mut state = world.cluster.lock();
            state.guests.get_mut(&holder).unwrap().node = away.to_owned();
            state.disks.volumes.get_mut(&format!("local-lvm:vm-{holder}-disk-0")).unwrap().node = away.to_owned();
        }
        world.driver.attach_disk(&disk, &spec.reference).await.unwrap();
        assert_eq!(world.hung(&disk, vmid), ["virtio8"]);
        assert_eq!(world.cluster.count("POST", &format!("/{holder}/migrate")), usize::from(!shared));
        assert_eq!(world.cluster.lock().guests[&holder].node, if shared { away } else { home.as_str() });

        // And its machine stays with it there, or takes it along.
        let way = world.driver.way_to(&spec.reference, away).await;
        match shared {
            true => assert!(way.is_ok(), "{way:?}"),
            false => assert!(matches!(&way, Err(DriverError::Conflict { reason }) if reason.contains("detach it first")), "{way:?}"),
        }
    }
}

#[tokio::test]
async fn a_copy_that_goes_on_is_not_begun_again() {
    let world = World::new().await;
    let ((spec, vmid), disk) = (world.guest("one").await, world.disk("dsk_1").await);
    let (holder, home) = (world.vmid(&disk), world.cluster.lock().guests[&vmid].node.clone());
    let away = if home == "pve1" { "pve2" } else { "pve1" };
    world.cluster.lock().guests.get_mut(&holder).unwrap().node = away.to_owned();
    world.cluster.inject("POST", "/migrate", Fault::TaskTakes(Duration::from_secs(3)));
    let hasty = world.another().await.hurried(Duration::from_millis(500));
    let error = hasty.attach_disk(&disk, &spec.reference).await.unwrap_err();
    assert!(matches!(&error, DriverError::Unavailable { reason } if reason.contains("is being copied")), "{error:?}");
    world.another().await.attach_disk(&disk, &spec.reference).await.unwrap();
    assert_eq!(world.cluster.count("POST", "/migrate"), 1);
    assert_eq!(world.hung(&disk, vmid), ["virtio8"]);
}

#[tokio::test]
async fn a_container_cannot_have_one_and_a_machine_not_more_than_its_places() {
    let world = World::new().await;
    let boxed = spec("boxed", "contained");
    world.driver.ensure(&boxed).await.unwrap();
    let disk = world.disk("dsk_1").await;
    let error = world.driver.attach_disk(&disk, &boxed.reference).await.unwrap_err();
    assert!(matches!(error, DriverError::Unsupported { .. }), "{error:?}");
    assert_eq!(world.listed().await, held(1, None));

    let (guest, _) = world.guest("many").await;
    for number in 0..DISKS_PER_GUEST {
        let one = world.disk(&format!("dsk_many-{number}")).await;
        world.driver.attach_disk(&one, &guest.reference).await.unwrap();
    }
    let error = world.driver.attach_disk(&disk, &guest.reference).await.unwrap_err();
    assert!(matches!(error, DriverError::Conflict { .. }), "{error:?}");
    assert_eq!(world.driver.disks().await.unwrap().iter().filter(|disk| disk.guest.is_some()).count(), DISKS_PER_GUEST);
}

#[tokio::test]
async fn of_two_machines_that_want_one_disk_one_gets_it() {
    let world = World::new().await;
    let ((one, first), (two, second), disk) = (world.guest("one").await, world.guest("two").await, world.disk("dsk_1").await);
    let (left, right) = (world.another().await, world.another().await);
    let (a, b) = tokio::join!(left.attach_disk(&disk, &one.reference), right.attach_disk(&disk, &two.reference));
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    assert_eq!(world.hung(&disk, first).len() + world.hung(&disk, second).len(), 1);
    assert_eq!(world.listed().await, held(1, Some(if a.is_ok() { &one } else { &two })));
}

/// Snapshots of the cluster hold every disk, so there are none beside extra ones; going back to an older one, restoring and rebuilding
/// leave the disk with its machine, and nothing of it hangs about unused.
#[tokio::test]
async fn what_is_done_to_a_machine_leaves_its_disk_alone() {
    let world = World::new().await;
    let (spec, vmid) = world.running("one").await;
    let snapshot = |text: &str| SnapshotSpec { name: name(text), memory: false };
    world.driver.create_snapshot(&spec.reference, &snapshot("snp_before")).await.unwrap().done().unwrap();
    world.driver.create_snapshot(&spec.reference, &SnapshotSpec { memory: true, ..snapshot("snp_memory") }).await.unwrap().done().unwrap();
    let disk = world.disk("dsk_1").await;
    world.driver.attach_disk(&disk, &spec.reference).await.unwrap();
    let as_before = |world: &World| {
        let keys: Vec<_> = world.cluster.lock().guests[&vmid].config.keys().filter(|key| key.starts_with("unused")).cloned().collect();
        assert!(keys.is_empty(), "{keys:?}");
        assert_eq!(world.hung(&disk, vmid), ["virtio8"]);
    };
    for memory in [false, true] {
        let answer = world.driver.create_snapshot(&spec.reference, &SnapshotSpec { memory, ..snapshot("snp_beside") }).await;
        assert!(matches!(&answer, Err(DriverError::Conflict { reason }) if reason.contains("extra disks")), "{answer:?}");
    }
    let answer = world.driver.roll_back(&spec.reference, &name("snp_memory")).await;
    assert!(matches!(answer, Err(DriverError::Conflict { .. })), "{answer:?}");
    assert_eq!(world.driver.status(&spec.reference).await.unwrap(), Status::Running);

    world.driver.roll_back(&spec.reference, &name("snp_before")).await.unwrap().done().unwrap();
    as_before(&world);
    world.driver.create_backup(&spec.reference, &name("bak_1")).await.unwrap().done().unwrap();
    world.driver.restore_backup(&name("bak_1"), &spec).await.unwrap().done().unwrap();
    as_before(&world);
    world.driver.rebuild(&spec).await.unwrap();
    as_before(&world);
    assert_eq!(world.listed().await, held(1, Some(&spec)));
    let volume = format!("local-lvm:vm-{}-disk-0", world.vmid(&disk));
    assert!(world.cluster.lock().disks.volumes.contains_key(&volume));
}

/// Somebody at the cluster changed what says whose a disk is: nothing is done to it rather than the wrong thing.
#[tokio::test]
async fn a_holder_that_was_changed_is_left_alone() {
    let world = World::new().await;
    let ((spec, _), disk) = (world.guest("one").await, world.disk("dsk_1").await);
    let holder = world.vmid(&disk);
    world.cluster.lock().guests.get_mut(&holder).unwrap().config.insert("tags".into(), "fairhold;dsk_1".into());
    let driver = world.another().await;
    for answer in [driver.attach_disk(&disk, &spec.reference).await, driver.remove_disk(&disk).await, driver.grow_disk(&disk, 2).await] {
        assert!(matches!(&answer, Err(DriverError::Conflict { reason }) if reason.contains("changed at the cluster")), "{answer:?}");
    }
    assert!(world.cluster.lock().guests.contains_key(&holder));
}
