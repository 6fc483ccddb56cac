//! Testing a backup by restoring it, by hand and by a plan.

use compute::backup::{RestoreTestOutcome, restore_test};
use compute::backup_plan::restore_tests;
use compute::node::NodePatch;
use compute::permissions::{BackupTest, NodeUpdate, NodeView as MayView};
use compute_driver::GuestSpec;
use kernel::Result;
use workflow::operation::State as Work;

use super::*;

const WEEKLY_TESTS: BackupPlanPatch = BackupPlanPatch { restore_tests: RestoreTests::Weekly, ..DAILY };

async fn begin(test: &Test, backup: &Backup) -> Result<()> {
    restore_test(&test.cx, &test.scope::<BackupTest>().await, backup.id).await.map(drop)
}

async fn tested(test: &Test, backup: &Backup) -> (RestoreTestOutcome, Option<String>) {
    begin(test, backup).await.unwrap();
    finish(test, "compute.backup.test", backup.id).await;
    outcome(test, backup).await
}

async fn outcome(test: &Test, backup: &Backup) -> (RestoreTestOutcome, Option<String>) {
    let seen = backup::view(&test.cx, &test.scope::<BackupView>().await, backup.id).await.unwrap().restore_test.unwrap();
    (seen.outcome, seen.problem)
}

/// A guest that the hypervisor has of a test.
fn guest(hypervisor: &Simulated, backup: &Backup) -> Option<GuestSpec> {
    hypervisor.spec(&reference(backup.id))
}

both_engines!(a_backup_that_comes_up_passes_and_leaves_nothing_behind, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let kept = made(&test, id).await;
    assert_eq!(kept.restore_test, None);

    assert_eq!(tested(&test, &kept).await, (RestoreTestOutcome::Passed, None));
    assert_eq!(guest(&hypervisor, &kept), None);
    assert_eq!(seen(&test, id).await.state, State::Running, "the machine goes on");
    assert_eq!(used(&test).await, 1, "a test takes no place of the quota");
    // Again, as often as one likes.
    assert_eq!(tested(&test, &kept).await.0, RestoreTestOutcome::Passed);
});

both_engines!(what_does_not_come_up_is_told_from_what_could_not_be_tested, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let kept = made(&test, id).await;

    hypervisor.inject(Operation::Start, Fault::Fail(DriverError::failed("no boot device", "SeaBIOS")));
    assert_eq!(tested(&test, &kept).await, (RestoreTestOutcome::Failed, Some("It does not start.".to_owned())));
    // It says that it started, and stands still.
    hypervisor.inject(Operation::Start, Fault::Lie);
    assert_eq!(tested(&test, &kept).await.0, RestoreTestOutcome::Failed);
    // Its line says nothing for three minutes, but it runs.
    for _ in 0..100 {
        hypervisor.inject(Operation::ConsoleBacklog, Fault::Fail(DriverError::unsupported("keep what guests print")));
    }
    assert_eq!(tested(&test, &kept).await, (RestoreTestOutcome::Started, None));

    hypervisor.inject(Operation::RestoreBackup, Fault::Fail(DriverError::refused("the storage is gone")));
    assert_eq!(tested(&test, &kept).await.0, RestoreTestOutcome::NotTested);
    assert_eq!(guest(&hypervisor, &kept), None);
});

both_engines!(a_backup_under_test_is_kept_and_its_guest_is_nobodys_orphan, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let (kept, other) = (made(&test, id).await, made(&test, id).await);
    begin(&test, &kept).await.unwrap();
    assert_eq!(begin(&test, &kept).await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(begin(&test, &other).await.unwrap_err().kind(), Kind::Exhausted, "one test at a time on a node");
    let refused = backup::delete(&test.cx, &test.scope::<BackupDelete>().await, kept.id).await.unwrap_err();
    assert!(refused.to_string().contains("being tested"), "{refused}");

    let spec = GuestSpec { reference: reference(kept.id), ..hypervisor.spec(&reference(kept.instance_id)).unwrap() };
    hypervisor.restore_backup(&reference(kept.id), &spec).await.unwrap();
    reconcile(&test).await;
    assert_eq!(orphans(&test).await, Vec::<String>::new());
    finish(&test, "compute.backup.test", kept.id).await;
    assert_eq!(outcome(&test, &kept).await.0, RestoreTestOutcome::Passed);
    hypervisor.restore_backup(&reference(kept.id), &spec).await.unwrap();
    reconcile(&test).await;
    assert_eq!(orphans(&test).await, [kept.id.to_string()], "after the test it is nobody's");
});

/// What is promised of `node-1`: processors, memory and disk.
async fn promised(test: &Test) -> (i64, i64, i64) {
    let node = node::list(&test.cx, &test.scope::<MayView>().await).await.unwrap().remove(0);
    (node.cpus_used, node.memory_used_mib, node.disk_promised_gib)
}

both_engines!(the_room_of_a_test_is_nobody_elses_until_it_ends_however_it_ends, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    // There is room for two, on one node.
    let _host = hypervisor.clone().with_hosts(&["alpha"]);
    hypervisor.set_memory("alpha", 512);
    let job = compute::JOBS.iter().find(|job| job.name == "compute.node.measure").unwrap();
    (job.run)(test.cx.clone()).await.unwrap();
    let nodes = node::list(&test.cx, &test.scope::<MayView>().await).await.unwrap();
    let closed = NodePatch { schedulable: Some(false), reason: Some("new fans".into()), ..NodePatch::default() };
    node::update(&test.cx, &test.scope::<NodeUpdate>().await, nodes[1].id, &closed).await.unwrap();
    let id = running(&test, "web").await;
    let kept = made(&test, id).await;
    assert_eq!(promised(&test).await, (1, 256, 2));

    for end in [None, Some(Operation::RestoreBackup), Some(Operation::Start)] {
        // It is still at its first step when somebody orders.
        for _ in 0..10 {
            hypervisor.inject(Operation::RestoreBackup, Fault::Busy);
        }
        begin(&test, &kept).await.unwrap();
        assert_eq!(promised(&test).await, (2, 512, 4), "a test takes what a machine takes");
        let other = begun(&test, "other", 2, Source::Template(template(&test, "tiny").await)).await.unwrap().id;
        assert_eq!(finish(&test, PROVISION.name, other).await.state, Work::Undone, "and a machine is not placed on its room");
        if let Some(operation) = end {
            hypervisor.inject(operation, Fault::Fail(DriverError::refused("not today")));
        }
        finish(&test, "compute.backup.test", kept.id).await;
        assert_eq!(promised(&test).await, (1, 256, 2), "{end:?}");
    }
    let other = begun(&test, "other", 2, Source::Template(template(&test, "tiny").await)).await.unwrap().id;
    assert_eq!(finish(&test, PROVISION.name, other).await.state, Work::Succeeded);
});

both_engines!(a_plan_has_its_newest_backup_tested_in_time, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    planned(&test, id, WEEKLY_TESTS).await;
    let due = async |expected: usize| assert_eq!(restore_tests(test.cx.clone()).await.unwrap(), expected);
    due(0).await;
    let first = next_day(&test, id).await;
    due(1).await;
    due(0).await;
    finish(&test, "compute.backup.test", first.id).await;
    assert_eq!(outcome(&test, &first).await.0, RestoreTestOutcome::Passed);
    assert_eq!(guest(&hypervisor, &first), None);
    // The same wish again does not begin anew; a week later the newest is tested.
    planned(&test, id, WEEKLY_TESTS).await;
    due(0).await;
    let mut newest = first;
    for day in 1..=7 {
        newest = next_day(&test, id).await;
        due(usize::from(day == 7)).await;
    }
    finish(&test, "compute.backup.test", newest.id).await;
    assert_eq!(outcome(&test, &newest).await.0, RestoreTestOutcome::Passed);
    planned(&test, id, DAILY).await;
    let plan = backup_plan::view(&test.cx, &test.scope::<BackupPlanView>().await, id).await.unwrap();
    assert_eq!((plan.restore_tests, plan.next_test_at), (RestoreTests::Never, None));
});

async fn reconcile(test: &Test) {
    let job = compute::JOBS.iter().find(|job| job.name == "compute.instance.reconcile").unwrap();
    (job.run)(test.cx.clone()).await.unwrap();
}

async fn orphans(test: &Test) -> Vec<String> {
    node::all(test.cx.db()).await.unwrap().into_iter().flat_map(|node| node.orphans).collect()
}
