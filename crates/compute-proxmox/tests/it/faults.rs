//! What goes wrong with calls and tasks: locks, lost answers, texts, tokens. Each habit of the cluster is a test.

use std::time::Duration;

use compute_driver::{Driver, DriverError, Status};
use proxmox_standin::Fault;

use crate::world::{World, reference, spec};

fn instead(status: u16, reason: &str) -> Fault {
    Fault::Instead { status, reason: reason.into() }
}

#[tokio::test]
async fn a_task_is_waited_for_and_200_is_not_done() {
    let world = World::new().await;
    let (spec, _) = world.guest("slow").await;
    world.cluster.inject("POST", "/status/start", Fault::TaskTakes(Duration::from_millis(900)));
    let begun = std::time::Instant::now();
    world.driver.start(&spec.reference).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(900));
    assert_eq!(world.driver.status(&spec.reference).await.unwrap(), Status::Running);
}

#[tokio::test]
async fn a_failed_task_is_told_with_its_log() {
    let world = World::new().await;
    let (spec, _) = world.guest("broken").await;
    world.cluster.inject("POST", "/status/start", Fault::TaskEnds("start failed: QEMU exited with code 1".into()));
    let error = world.driver.start(&spec.reference).await.unwrap_err();
    assert!(matches!(&error, DriverError::Failed { reason, log } if reason.contains("QEMU exited") && log.contains("TASK ERROR")), "{error:?}");
}

#[tokio::test]
async fn warnings_are_success() {
    let world = World::new().await;
    let (spec, _) = world.guest("warned").await;
    world.cluster.inject("POST", "/status/start", Fault::TaskEnds("WARNINGS: 2".into()));
    world.driver.start(&spec.reference).await.unwrap();
}

#[tokio::test]
async fn a_lock_is_waited_for_as_answer_and_as_exit_status() {
    let world = World::new().await;
    let (spec, vmid) = world.guest("locked").await;
    world.cluster.inject("POST", "/status/start", instead(500, "can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout"));
    world.cluster.inject("POST", "/status/start", Fault::TaskEnds("VM is locked (backup)".into()));
    world.driver.start(&spec.reference).await.unwrap();
    assert_eq!(world.cluster.count("POST", &format!("/qemu/{vmid}/status/start")), 3);
}

/// 595, 596 and 599 are made up by the node that passes the call on; the write may have run, and here it has.
#[tokio::test]
async fn a_made_up_answer_after_the_effect_is_found_by_its_task() {
    let world = World::new().await;
    let (spec, vmid) = world.guest("lost").await;
    for (status, call, wanted) in [(596, "start", Status::Running), (599, "stop", Status::Stopped), (595, "start", Status::Running)] {
        world.cluster.inject("POST", &format!("/status/{call}"), Fault::After { status, reason: "Broken pipe".into() });
        let done = if call == "start" { world.driver.start(&spec.reference).await } else { world.driver.stop(&spec.reference).await };
        done.unwrap();
        assert_eq!(world.driver.status(&spec.reference).await.unwrap(), wanted);
    }
    assert_eq!(world.cluster.count("POST", &format!("/qemu/{vmid}/status/start")), 2, "never sent again");
}

#[tokio::test]
async fn a_made_up_answer_without_an_effect_is_an_unknown_outcome() {
    let world = World::new().await;
    let (spec, vmid) = world.guest("gone").await;
    world.cluster.inject("POST", "/status/start", instead(596, "Connection timed out"));
    let error = world.driver.start(&spec.reference).await.unwrap_err();
    assert!(matches!(error, DriverError::OutcomeUnknown { .. }) && error.may_retry(), "{error:?}");
    assert_eq!(world.cluster.count("POST", &format!("/qemu/{vmid}/status/start")), 1);
}

#[tokio::test]
async fn a_line_that_is_cut_after_the_effect_is_no_second_guest() {
    let world = World::new().await;
    world.cluster.inject("POST", "/clone", Fault::Cut);
    let guest = world.driver.ensure(&spec("cut", "tiny")).await.unwrap();
    assert_eq!(guest.status, Status::Stopped);
    assert_eq!(world.cluster.count("POST", "/clone"), 1);
    assert_eq!(world.cluster.lock().guests.len(), 2, "the template and one guest");
}

/// A missing guest is a 500, and so is nearly everything: its text decides.
#[tokio::test]
async fn a_guest_that_is_not_there_is_absent() {
    let world = World::new().await;
    assert_eq!(world.driver.status(&reference("nobody")).await.unwrap(), Status::Absent);
    assert!(matches!(world.driver.start(&reference("nobody")).await, Err(DriverError::NotFound { .. })));
}

#[tokio::test]
async fn an_unknown_text_is_a_failure_and_never_success() {
    let world = World::new().await;
    let (spec, _) = world.guest("odd").await;
    world.cluster.inject("POST", "/status/start", instead(500, "the moon is in the wrong house"));
    let error = world.driver.start(&spec.reference).await.unwrap_err();
    assert!(matches!(&error, DriverError::Failed { reason, .. } if reason == "the moon is in the wrong house"), "{error:?}");
}

#[tokio::test]
async fn a_path_that_a_version_does_not_know_is_a_501() {
    let world = World::new().await;
    let (spec, _) = world.running("old").await;
    world.cluster.inject("POST", "/status/suspend", instead(501, "Method 'POST /nodes/x' not implemented"));
    let error = world.driver.suspend(&spec.reference).await.unwrap_err();
    assert!(matches!(&error, DriverError::Refused { reason } if reason.contains("does not know the call")), "{error:?}");
}

/// An empty body, and the only words in the reason phrase; and the next call does not ask again, because each refusal is held back.
#[tokio::test]
async fn a_revoked_token_is_explained_and_not_shown_again() {
    let world = World::new().await;
    let (spec, _) = world.guest("revoked").await;
    world.cluster.lock().revoked = true;
    let before = world.cluster.lock().requests.len();
    for _ in 0..5 {
        let error = world.driver.start(&spec.reference).await.unwrap_err();
        assert!(matches!(&error, DriverError::Unauthorised { reason } if reason.contains("Authentication failed!")), "{error:?}");
    }
    assert_eq!(world.cluster.lock().requests.len() - before, 1);
}

#[tokio::test]
async fn a_missing_privilege_is_named() {
    let world = World::new().await;
    let (spec, vmid) = world.guest("limited").await;
    world.cluster.lock().lacking.push("VM.PowerMgmt".into());
    let error = world.driver.start(&spec.reference).await.unwrap_err();
    let wanted = format!("Permission check failed (/vms/{vmid}, VM.PowerMgmt)");
    assert!(matches!(&error, DriverError::Refused { reason } if reason.contains(&wanted)), "{error:?}");
}

#[tokio::test]
async fn a_full_storage_is_full_and_leaves_nothing() {
    for template in ["tiny", "imported"] {
        let world = World::new().await;
        world.cluster.lock().storage_full = true;
        let error = world.driver.ensure(&spec("full", template)).await.unwrap_err();
        assert!(matches!(error, DriverError::Full { .. }), "{template}: {error:?}");
        assert_eq!(world.cluster.lock().guests.len(), 1, "{template}");
    }
}

#[tokio::test]
async fn settings_that_changed_meanwhile_are_not_overwritten() {
    let world = World::new().await;
    let (spec, _) = world.guest("digest").await;
    world.cluster.inject("PUT", "/config", instead(500, "detected modified configuration - file changed by other user? Try again."));
    let size = compute_driver::Size { cpus: 2, ..spec.size() };
    let error = world.driver.resize(&spec.reference, &size).await.unwrap_err();
    assert!(error.may_retry(), "{error:?}");
    world.driver.resize(&spec.reference, &size).await.unwrap();
}
