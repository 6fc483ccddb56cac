//! The simulated hypervisor keeps the trait's promises, and breaks them on demand.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail where it stands")]

use std::{sync::Arc, time::Duration};

use compute_driver::{
    DISKS_PER_GUEST, DiskSpec, Driver, DriverError, Feature, GuestSpec, Progress, Reference, Size, SnapshotSpec, Status, Stranger, conformance,
    simulated::{Fault, Operation, Simulated},
};

fn spec() -> GuestSpec {
    GuestSpec {
        reference: Reference::parse("vm_one").unwrap(),
        hostname: "web-1".into(),
        ssh_keys: vec![],
        cpus: 1,
        memory_mib: 128,
        disk_gib: 1,
        template: "tiny".into(),
        mac: "52:54:00:12:34:56".into(),
        ssh_port: None,
        user_data: None,
        password: None,
        card: None,
        cut_off: false,
        avoid: Vec::new(),
    }
}

#[tokio::test]
async fn it_conforms() {
    let driver: Arc<dyn Driver> = Arc::new(Simulated::new());
    conformance::check(driver.as_ref(), "tiny").await.unwrap();
}

#[tokio::test]
async fn it_conforms_with_several_hosts_as_containers_and_with_cards_of_their_own() {
    let sim = Simulated::new().with_hosts(&["alpha", "beta", "gamma"]);
    conformance::check(&sim, "tiny").await.unwrap();
    sim.contain();
    conformance::check(&sim, "tiny").await.unwrap();
    sim.without(Feature::Move);
    sim.give_own_cards();
    conformance::check(&sim, "tiny").await.unwrap();
}

#[tokio::test]
async fn a_move_that_took_place_unheard_is_found_and_one_that_cannot_says_why() {
    let sim = Simulated::new().with_hosts(&["alpha", "beta"]);
    let reference = spec().reference;
    sim.ensure(&spec()).await.unwrap();
    sim.start(&reference).await.unwrap();
    sim.inject(Operation::MoveGuest, Fault::Busy);
    sim.inject(Operation::MoveGuest, Fault::LoseAnswer);
    assert_eq!(sim.move_guest(&reference, "beta").await, Ok(Progress::Working { percent: Some(50) }));
    assert!(matches!(sim.move_guest(&reference, "beta").await, Err(DriverError::OutcomeUnknown { .. })));
    assert_eq!(sim.host(&reference).as_deref(), Some("beta"));
    assert!(matches!(sim.move_guest(&reference, "beta").await, Ok(Progress::Done(_))));
    sim.set_online("alpha", false);
    let away = sim.move_guest(&reference, "alpha").await.unwrap_err();
    assert!(away.may_retry() && away.to_string().contains("alpha"), "{away}");
    sim.set_online("alpha", true);
    sim.tie(&reference, Some("it uses the host's own device"));
    assert_eq!(sim.move_guest(&reference, "alpha").await, Err(DriverError::conflict("it uses the host's own device")));
    sim.set_online("beta", false);
    assert_eq!(sim.status(&reference).await, Ok(Status::Unknown), "a host that is away tells nothing of its guests");
}

#[tokio::test]
async fn it_conforms_with_fewer_features() {
    use Feature::{
        Adopt, AntiSpoofing, Backups, Firewall, GrowDisk, Images, MemorySnapshots, PrivateNetworks, PublicAddresses, Rescue, Resize, SetPassword, Snapshots,
        Suspend,
    };
    let sim = Simulated::new();
    for feature in [
        Suspend,
        Resize,
        GrowDisk,
        Snapshots,
        MemorySnapshots,
        Backups,
        SetPassword,
        Rescue,
        Adopt,
        AntiSpoofing,
        Firewall,
        PrivateNetworks,
        PublicAddresses,
        Images,
    ] {
        sim.without(feature);
    }
    conformance::check(&sim, "tiny").await.unwrap();
    let called = sim.calls();
    assert!(called.iter().all(|call| call.operation != Operation::RollBack), "what is not offered is not asked for");
}

#[tokio::test]
async fn the_suite_notices_a_disk_that_was_not_brought_back() {
    for (operation, rule) in [
        (Operation::RollBack, "memory and disk are as they were"),
        (Operation::Suspend, "a suspended guest is paused"),
        (Operation::Resize, "a running guest is resized"),
        (Operation::DeleteSnapshot, "a deleted snapshot is gone"),
        (Operation::CreateBackup, "it is the same one"),
        (Operation::MoveGuest, "it is where it was sent"),
        (Operation::StartRescue, "it says so"),
        (Operation::EndRescue, "it is itself again, and stopped"),
        (Operation::EnsureImage, "it is offered once"),
    ] {
        let sim = Simulated::new().with_hosts(&["alpha", "beta"]);
        // The suite asks first for a host and a guest that are not there.
        for _ in 0..if operation == Operation::MoveGuest { 2 } else { 0 } {
            sim.inject(operation, Fault::Slow(Duration::ZERO));
        }
        sim.inject(operation, Fault::Lie);
        let seen = tokio::time::timeout(Duration::from_secs(5), conformance::check(&sim, "tiny")).await;
        match (operation, seen) {
            // A refusal that did not come is seen before the size that did not change.
            (Operation::Resize, Ok(Err(violation))) => assert_eq!(violation.rule, "a smaller disk is refused"),
            // The suite waits for an answer that never comes.
            (Operation::RollBack, Err(_)) => {}
            (_, Ok(Err(violation))) => assert_eq!(violation.rule, rule),
            (_, other) => panic!("{operation:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn work_that_takes_long_is_asked_for_until_it_is_done_and_happens_once() {
    let sim = Simulated::new();
    let (reference, backup) = (spec().reference, Reference::parse("bak_1").unwrap());
    sim.ensure(&spec()).await.unwrap();
    sim.inject(Operation::CreateBackup, Fault::Busy);
    sim.inject(Operation::CreateBackup, Fault::LoseAnswer);
    assert_eq!(sim.create_backup(&reference, &backup).await, Ok(Progress::Working { percent: Some(50) }));
    assert!(matches!(sim.create_backup(&reference, &backup).await, Err(DriverError::OutcomeUnknown { .. })));
    assert!(matches!(sim.create_backup(&reference, &backup).await, Ok(Progress::Done(_))));
    assert_eq!(sim.backups().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_full_storage_and_a_lock_have_no_effect_and_differ_in_what_may_be_done() {
    let sim = Simulated::new();
    sim.ensure(&spec()).await.unwrap();
    let snapshot = SnapshotSpec { name: Reference::parse("snp_1").unwrap(), memory: false };
    sim.inject(Operation::CreateSnapshot, Fault::storage_full());
    sim.inject(Operation::CreateSnapshot, Fault::locked());
    let full = sim.create_snapshot(&spec().reference, &snapshot).await.unwrap_err();
    assert!(matches!(full, DriverError::Full { .. }) && !full.may_retry());
    assert!(sim.create_snapshot(&spec().reference, &snapshot).await.unwrap_err().may_retry());
    assert_eq!(sim.snapshots(&spec().reference).await, Ok(vec![]));
}

#[tokio::test]
async fn a_stranger_is_taken_over_once() {
    let sim = Simulated::new();
    let size = Size { cpus: 2, memory_mib: 512, disk_gib: 8 };
    sim.add_stranger(Stranger { address: "100".into(), name: "old-web".into(), host: None, status: Status::Running, size });
    let adopted = sim.adopt("100", &spec().reference).await.unwrap();
    assert_eq!((adopted.size, adopted.status), (size, Status::Running));
    assert_eq!(sim.adopt("100", &spec().reference).await.unwrap(), adopted);
    assert_eq!(sim.strangers().await, Ok(vec![]));
}

#[tokio::test]
async fn the_suite_notices_a_driver_that_lies() {
    // Earlier calls of the suite get an honest answer: those about guests that are not there, and those about a copy or an image.
    for (operation, honest, rule) in [
        (Operation::Start, 1, "a started guest runs"),
        (Operation::Stop, 1, "a guest cut off is stopped at once"),
        (Operation::Destroy, 3, "a destroyed guest is absent"),
    ] {
        let sim = Simulated::new();
        for _ in 0..honest {
            sim.inject(operation, Fault::Slow(Duration::ZERO));
        }
        sim.inject(operation, Fault::Lie);
        let violation = conformance::check(&sim, "tiny").await.unwrap_err();
        assert_eq!(violation.rule, rule);
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_the_effect_and_asking_again_finds_it() {
    let sim = Simulated::new();
    sim.inject(Operation::Ensure, Fault::LoseAnswer);
    let lost = sim.ensure(&spec()).await.unwrap_err();
    assert!(matches!(lost, DriverError::OutcomeUnknown { .. }) && lost.may_retry());
    assert_eq!(sim.ensure(&spec()).await.unwrap().status, Status::Stopped);
    assert_eq!(sim.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_outage_ends_after_as_many_calls_as_asked() {
    let sim = Simulated::new();
    sim.ensure(&spec()).await.unwrap();
    sim.fail_times(Operation::Start, 2);
    let reference = spec().reference;
    assert!(sim.start(&reference).await.is_err());
    assert!(sim.start(&reference).await.is_err());
    assert_eq!(sim.status(&reference).await, Ok(Status::Stopped), "a failed call has no effect");
    sim.start(&reference).await.unwrap();
    assert_eq!(sim.calls().iter().filter(|call| call.operation == Operation::Start).count(), 3);
}

#[tokio::test]
async fn a_lying_status_is_unknown_once() {
    let sim = Simulated::new();
    sim.ensure(&spec()).await.unwrap();
    sim.inject(Operation::Status, Fault::Lie);
    assert_eq!(sim.status(&spec().reference).await, Ok(Status::Unknown));
    assert_eq!(sim.status(&spec().reference).await, Ok(Status::Stopped));
}

#[tokio::test]
async fn what_happens_behind_our_back_shows_at_the_next_call() {
    let sim = Simulated::new();
    let reference = spec().reference;
    sim.ensure(&spec()).await.unwrap();
    sim.start(&reference).await.unwrap();
    assert!(sim.crash(&reference));
    assert_eq!(sim.status(&reference).await, Ok(Status::Stopped));
    assert!(sim.vanish(&reference));
    assert_eq!(sim.status(&reference).await, Ok(Status::Absent));
    assert!(!sim.vanish(&reference));
}

#[tokio::test]
async fn a_slow_answer_has_no_effect_before_its_time() {
    let sim = Simulated::new();
    sim.inject(Operation::Ensure, Fault::Slow(Duration::from_secs(3600)));
    assert!(tokio::time::timeout(Duration::from_millis(20), sim.ensure(&spec())).await.is_err());
    assert_eq!(sim.status(&spec().reference).await, Ok(Status::Absent));
}

#[tokio::test]
async fn a_disk_whose_making_went_unheard_is_found_and_a_guest_has_room_for_eight() {
    let sim = Simulated::new();
    sim.ensure(&spec()).await.unwrap();
    let disk = |number: usize| DiskSpec { reference: Reference::parse(&format!("dsk_{number}")).unwrap(), gib: 1 };
    sim.inject(Operation::CreateDisk, Fault::LoseAnswer);
    assert!(matches!(sim.create_disk(&disk(0)).await, Err(DriverError::OutcomeUnknown { .. })));
    for number in 0..=DISKS_PER_GUEST {
        sim.create_disk(&disk(number)).await.unwrap();
    }
    assert_eq!(sim.extra_disks().len(), DISKS_PER_GUEST + 1, "the one whose answer was lost is not there twice");
    for number in 0..DISKS_PER_GUEST {
        sim.attach_disk(&disk(number).reference, &spec().reference).await.unwrap();
    }
    let one_more = sim.attach_disk(&disk(DISKS_PER_GUEST).reference, &spec().reference).await;
    assert!(matches!(one_more, Err(DriverError::Conflict { .. })), "{one_more:?}");
    assert!(sim.vanish(&spec().reference));
    assert!(sim.extra_disks().iter().all(|disk| disk.guest.is_none()), "a guest that is gone has none");
}
