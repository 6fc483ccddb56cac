//! The simulated hypervisor keeps the trait's promises, and breaks them on demand.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{sync::Arc, time::Duration};

use compute_driver::{
    Driver, DriverError, GuestSpec, Reference, Status, conformance,
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
    }
}

#[tokio::test]
async fn it_conforms() {
    let driver: Arc<dyn Driver> = Arc::new(Simulated::new());
    conformance::check(driver.as_ref(), "tiny").await.unwrap();
}

#[tokio::test]
async fn the_suite_notices_a_driver_that_lies() {
    for (operation, rule) in [
        (Operation::Start, "a started guest runs"),
        (Operation::Destroy, "a destroyed guest is absent"),
        (Operation::Stop, "a guest cut off is stopped at once"),
    ] {
        let sim = Simulated::new();
        // The suite asks each of these once before the guest exists: that answer is honest.
        sim.inject(operation, Fault::Slow(Duration::ZERO));
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
