//! Backups and their plans, on the simulated hypervisor with its faults.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::Duration;

use compute::backup::{self, Backup, BackupFormat, BackupQuery, BackupState, NewBackup};
use compute::backup_plan::{self, BackupPlanPatch, Frequency, RestoreTests, Weekday};
use compute::instance::power::{Action, power};
use compute::instance::{self, NewInstance, PROVISION, Shape, SizeId, Source, State};
use compute::permissions::{
    BackupCreate, BackupDelete, BackupDownload, BackupPlanUpdate, BackupPlanView, BackupRestore, BackupView, InstanceDelete, InstanceRebuild, InstanceStart,
    InstanceView, QuotaView, SnapshotCreate, SnapshotView,
};
use compute::quota::{LIMITS, Limits};
use compute::snapshot::{self, NewSnapshot};
use compute::{Drivers, Instance, InstanceId, node, quota};
use compute_driver::simulated::{Fault, Operation, Simulated};
use compute_driver::{Driver, DriverError, Feature, Reference, Status};
use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::{ByWorkflow, Kind, PageQuery, Place, Scope};
use testkit::workflows::run_to_end;
use testkit::{Engine, Test, both_engines};
use tokio::io::AsyncReadExt;
use workflow::operation::Operation as Done;

mod restore_test;
mod retire;
mod workflows;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti me@home";
const DAILY: BackupPlanPatch = BackupPlanPatch { frequency: Frequency::Daily, weekday: Weekday::Sunday, hour: 3, keep: 2, restore_tests: RestoreTests::Never };
const DAY: Duration = Duration::from_secs(86_400);

async fn world(engine: Engine) -> (Test, Simulated) {
    let hypervisor = Simulated::new();
    let drivers = Drivers::new().with("node-1", "local", Arc::new(hypervisor.clone())).with("node-2", "local", Arc::new(Simulated::new()));
    let extensions = Extensions::default().with(drivers).with(hypervisor.clone());
    let test = Test::with(engine, vec![audit::module(), compute::module()], extensions).await;
    node::enrol(&test.cx).await.unwrap();
    (test, hypervisor)
}

/// The hypervisor that has the guest of `id`.
fn hypervisor(test: &Test, id: InstanceId) -> Arc<dyn Driver> {
    let drivers = test.cx.extension::<Drivers>().unwrap();
    let own = (*test.cx.extension::<Simulated>().unwrap()).clone();
    let is_own = own.spec(&reference(id)).is_some();
    drivers.all().into_iter().find(|(name, _)| (name == "node-1") == is_own).unwrap().1.driver
}

async fn begun(test: &Test, hostname: &str, disk_gib: i32, source: Source) -> kernel::Result<Instance> {
    let at = test.scope::<InstanceStart>().await;
    let size = SizeId::from_uuid(uuid::Uuid::from_u128(1));
    let new = NewInstance {
        hostname: hostname.to_owned(),
        ssh_public_key: KEY.to_owned(),
        shape: Shape { size_id: size, size_name: "Small".to_owned(), cpus: 1, memory_mib: 256, disk_gib, class: None },
        source,
        region_id: compute::region::all(test.cx.db()).await.unwrap()[0].id,
        user_data: None,
        tags: Vec::new(),
    };
    let made = test.cx.write(async |tx| {
        let instance = instance::create(&tx, &at, &new).await?;
        instance::provision(&tx, &at, instance.id).await?;
        Ok(instance)
    });
    made.await
}

async fn template(test: &Test, name: &str) -> compute::TemplateId {
    compute::template::all(test.cx.db()).await.unwrap().into_iter().find(|one| one.name == name).unwrap().id
}

async fn finish(test: &Test, kind: &str, subject: impl ToString) -> Done {
    run_to_end(&test.cx, &test.clock, compute::workflows, None, kind, &subject.to_string()).await
}

/// A running machine on `node-1`, which the simulated hypervisor of the test is.
async fn running(test: &Test, hostname: &str) -> InstanceId {
    let id = begun(test, hostname, 2, Source::Template(template(test, "tiny").await)).await.unwrap().id;
    finish(test, PROVISION.name, id).await;
    id
}

async fn seen(test: &Test, id: InstanceId) -> Instance {
    instance::view(&test.cx, &test.scope::<InstanceView>().await, id).await.unwrap()
}

async fn ask(test: &Test, id: InstanceId) -> kernel::Result<Backup> {
    backup::create(&test.cx, &test.scope::<BackupCreate>().await, id, &NewBackup { name: " before the upgrade ".to_owned() }).await
}

async fn made(test: &Test, id: InstanceId) -> Backup {
    let asked = ask(test, id).await.unwrap();
    assert_eq!(asked.state, BackupState::Creating);
    finish(test, "compute.backup.create", asked.id).await;
    backup::view(&test.cx, &test.scope::<BackupView>().await, asked.id).await.unwrap()
}

async fn backups(test: &Test, instance: Option<InstanceId>) -> Vec<Backup> {
    backup::list(&test.cx, &test.scope::<BackupView>().await, BackupQuery { instance }, &PageQuery::default()).await.unwrap().items
}

async fn used(test: &Test) -> i64 {
    quota::view(&test.cx, &test.scope::<QuotaView>().await).await.unwrap().backups.used
}

fn reference(id: impl ToString) -> Reference {
    Reference::parse(&id.to_string()).unwrap()
}

async fn planned(test: &Test, id: InstanceId, plan: BackupPlanPatch) {
    backup_plan::update(&test.cx, &test.scope::<BackupPlanUpdate>().await, id, &plan).await.unwrap();
}

/// Moves the clock to the plan's next instant, begins what is due, and carries it out.
async fn next_day(test: &Test, id: InstanceId) -> Backup {
    let next = backup_plan::view(&test.cx, &test.scope::<BackupPlanView>().await, id).await.unwrap().next_at.unwrap();
    test.clock.set(next);
    assert_eq!(backup_plan::schedule(test.cx.clone()).await.unwrap(), 1);
    let newest = backups(test, Some(id)).await.remove(0);
    finish(test, "compute.backup.create", newest.id).await;
    newest
}

async fn until_gone(test: &Test, gone: &[&Backup]) {
    for one in gone {
        finish(test, "compute.backup.delete", one.id).await;
    }
}

both_engines!(a_machine_is_backed_up_and_brought_back_as_it_was, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.inject(Operation::CreateBackup, Fault::Busy);
    let kept = made(&test, id).await;
    assert_eq!((kept.state, kept.name.as_str(), kept.hostname.as_str(), kept.scheduled), (BackupState::Ready, "before the upgrade", "web", false));
    assert_eq!((kept.format, kept.disk_gib, kept.percent), (Some(BackupFormat::Qcow2), 2, None));
    assert!(kept.bytes.unwrap() > 0 && kept.taken_at.is_some() && kept.operation_id.is_some());
    assert_eq!(used(&test).await, 1);

    let debian = template(&test, "debian").await;
    instance::rebuild(&test.cx, &test.scope::<InstanceRebuild>().await, id, instance::Renewal::Template(debian)).await.unwrap();
    finish(&test, "compute.instance.rebuild", id).await;
    let snapshot = NewSnapshot { name: "on the new disk".to_owned(), memory: false };
    let snapshot = snapshot::create(&test.cx, &test.scope::<SnapshotCreate>().await, id, &snapshot).await.unwrap();
    finish(&test, "compute.snapshot.create", snapshot.id).await;

    hypervisor.inject(Operation::RestoreBackup, Fault::Busy);
    backup::restore(&test.cx, &test.scope::<BackupRestore>().await, kept.id).await.unwrap();
    assert_eq!(seen(&test, id).await.state, State::Restoring);
    let again = backup::restore(&test.cx, &test.scope::<BackupRestore>().await, kept.id).await.unwrap_err();
    assert_eq!(again.kind(), Kind::Conflict, "one at a time");
    finish(&test, "compute.backup.restore", id).await;
    let machine = seen(&test, id).await;
    assert_eq!((machine.state, machine.template.id), (State::Running, kept.template.id), "it ran before, and has the backup's system");
    let snapshots = snapshot::list(&test.cx, &test.scope::<SnapshotView>().await, id, &PageQuery::default()).await.unwrap();
    assert_eq!(snapshots.items, [], "snapshots went with the disk");

    power(&test.cx, &test.scope::<InstanceStart>().await, id, Action::Stop).await.unwrap();
    finish(&test, "compute.instance.power", id).await;
    backup::restore(&test.cx, &test.scope::<BackupRestore>().await, kept.id).await.unwrap();
    finish(&test, "compute.backup.restore", id).await;
    assert_eq!(seen(&test, id).await.state, State::Stopped, "it was stopped before");

    backup::delete(&test.cx, &test.scope::<BackupDelete>().await, kept.id).await.unwrap();
    finish(&test, "compute.backup.delete", kept.id).await;
    assert_eq!((backups(&test, None).await, used(&test).await), (vec![], 0));
    assert_eq!(hypervisor.backups().await.unwrap(), []);
});

both_engines!(a_backup_without_room_fails_with_its_reason_and_frees_its_place, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.inject(Operation::CreateBackup, Fault::storage_full());
    let asked = ask(&test, id).await.unwrap();
    assert_eq!(ask(&test, id).await.unwrap_err().kind(), Kind::Conflict, "one at a time");
    let operation = finish(&test, "compute.backup.create", asked.id).await;
    assert!(operation.steps.iter().any(|step| step.error.as_deref().is_some_and(|why| why.contains("no room"))), "{operation:?}");
    let failed = backups(&test, Some(id)).await.remove(0);
    assert_eq!((failed.state, failed.problem.is_some(), used(&test).await), (BackupState::Failed, true, 0));
    backup::delete(&test.cx, &test.scope::<BackupDelete>().await, failed.id).await.unwrap();
    assert_eq!(backups(&test, None).await, [], "what could not be made goes at once");
});

both_engines!(a_lock_and_a_lost_answer_are_waited_out_and_make_one_backup, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.inject(Operation::CreateBackup, Fault::locked());
    hypervisor.inject(Operation::CreateBackup, Fault::LoseAnswer);
    assert_eq!(made(&test, id).await.state, BackupState::Ready);
    assert_eq!(hypervisor.backups().await.unwrap().len(), 1);
});

both_engines!(a_restore_without_room_leaves_the_machine_running_with_its_disk, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let kept = made(&test, id).await;
    hypervisor.inject(Operation::RestoreBackup, Fault::storage_full());
    backup::restore(&test.cx, &test.scope::<BackupRestore>().await, kept.id).await.unwrap();
    let operation = finish(&test, "compute.backup.restore", id).await;
    assert_eq!(operation.state, workflow::operation::State::Undone);
    assert_eq!(seen(&test, id).await.state, State::Running);
    assert_eq!(hypervisor.status(&reference(id)).await.unwrap(), Status::Running);
});

both_engines!(a_plan_makes_one_backup_at_each_instant_and_keeps_the_newest, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let by_hand = made(&test, id).await;
    assert_eq!(backup_plan::schedule(test.cx.clone()).await.unwrap(), 0, "without a plan");
    planned(&test, id, DAILY).await;
    let plan = backup_plan::view(&test.cx, &test.scope::<BackupPlanView>().await, id).await.unwrap();
    assert_eq!((plan.frequency, plan.hour, plan.keep), (Frequency::Daily, 3, 2));
    assert_eq!(backup_plan::schedule(test.cx.clone()).await.unwrap(), 0, "not due yet");

    // Three days of downtime, and several schedulers at once afterwards.
    test.clock.set(plan.next_at.unwrap().plus(3 * DAY));
    let rounds = futures::future::join_all((0..8).map(|_| backup_plan::schedule(test.cx.clone()))).await;
    assert_eq!(rounds.into_iter().map(Result::unwrap).sum::<usize>(), 1);
    let first = backups(&test, Some(id)).await.remove(0);
    assert_eq!((first.scheduled, first.name.as_str()), (true, "Daily backup"));
    finish(&test, "compute.backup.create", first.id).await;
    let next = backup_plan::view(&test.cx, &test.scope::<BackupPlanView>().await, id).await.unwrap().next_at.unwrap();
    assert_eq!(next, plan.next_at.unwrap().plus(4 * DAY));

    let (second, third) = (next_day(&test, id).await, next_day(&test, id).await);
    until_gone(&test, &[&first]).await;
    let kept: Vec<_> = backups(&test, Some(id)).await.into_iter().map(|one| one.id).collect();
    assert_eq!(kept, [third.id, second.id, by_hand.id], "the newest two, and what a person made");

    planned(&test, id, BackupPlanPatch { keep: 1, ..DAILY }).await;
    until_gone(&test, &[&second]).await;
    planned(&test, id, BackupPlanPatch { frequency: Frequency::Off, ..DAILY }).await;
    test.clock.advance(9 * DAY);
    assert_eq!(backup_plan::schedule(test.cx.clone()).await.unwrap(), 0);
    assert_eq!((backups(&test, Some(id)).await.len(), used(&test).await, hypervisor.backups().await.unwrap().len()), (2, 2, 2));
});

both_engines!(a_backup_of_the_plan_that_finds_no_place_says_so, |engine| async move {
    let (test, _) = world(engine).await;
    let limits = Limits { backups: 0, ..Limits::default() };
    test.cx.write(async |tx| kernel::setting::write(&tx, LIMITS, &limits).await).await.unwrap();
    let id = running(&test, "web").await;
    planned(&test, id, DAILY).await;
    test.clock.advance(2 * DAY);
    for _ in 0..2 {
        assert_eq!(backup_plan::schedule(test.cx.clone()).await.unwrap(), 0);
    }
    let missed = backups(&test, Some(id)).await;
    assert_eq!((missed.len(), missed[0].state, used(&test).await), (1, BackupState::Failed, 0));
    assert!(missed[0].problem.as_deref().unwrap().contains("1 backups; the limit is 0"), "{missed:?}");
});

both_engines!(backups_by_hand_outlive_the_machine_and_make_a_new_one, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let by_hand = made(&test, id).await;
    planned(&test, id, DAILY).await;
    let scheduled = next_day(&test, id).await;
    instance::delete(&test.cx, &test.scope::<InstanceDelete>().await, id, instance::Deletion::default()).await.unwrap();
    assert_eq!(backups(&test, Some(id)).await.len(), 2, "within the grace everything is there");
    finish(&test, "compute.instance.retire", id).await;
    until_gone(&test, &[&scheduled]).await;
    assert_eq!((backups(&test, None).await, used(&test).await), (vec![by_hand.clone()], 1));
    test.clock.advance(2 * DAY);
    assert_eq!(backup_plan::schedule(test.cx.clone()).await.unwrap(), 0, "the plan went with the machine");
    let gone = backup::restore(&test.cx, &test.scope::<BackupRestore>().await, by_hand.id).await.unwrap_err();
    assert!(gone.to_string().contains("Order a new machine"), "{gone}");

    // The other node has more room now.
    let other = running(&test, "filler").await;
    assert!(hypervisor.spec(&reference(other)).is_some());
    let small = begun(&test, "copy", 1, Source::Backup(by_hand.id)).await.unwrap_err();
    assert_eq!(small.fields()[0].field, "size_id");
    let copy = begun(&test, "copy", 4, Source::Backup(by_hand.id)).await.unwrap();
    assert_eq!(copy.template.id, by_hand.template.id);
    let used = backup::delete(&test.cx, &test.scope::<BackupDelete>().await, by_hand.id).await.unwrap_err();
    assert!(used.kind() == Kind::Conflict && used.to_string().contains("being made from"), "{used}");
    finish(&test, PROVISION.name, copy.id).await;
    assert_eq!(seen(&test, copy.id).await.state, State::Running);
    let guest = hypervisor.spec(&reference(copy.id)).expect("it is where the backup is kept");
    assert_eq!((guest.hostname.as_str(), guest.disk_gib), ("copy", 4));
    assert!(hypervisor.calls().iter().any(|call| call.operation == Operation::RestoreBackup && call.reference == copy.id.to_string()));

    backup::delete(&test.cx, &test.scope::<BackupDelete>().await, by_hand.id).await.unwrap();
    until_gone(&test, &[&by_hand]).await;
    let again = begun(&test, "late", 4, Source::Backup(by_hand.id)).await.unwrap_err();
    assert_eq!(again.fields()[0].field, "backup_id");
});

both_engines!(an_archive_is_handed_out_and_that_is_on_record, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let kept = made(&test, id).await;
    let at = test.scope::<BackupDownload>().await;
    let mut archive = backup::download(&test.cx, &at, kept.id).await.unwrap();
    assert!(archive.file_name.starts_with("web-2") && archive.file_name.ends_with(".qcow2"), "{}", archive.file_name);
    let mut bytes = Vec::new();
    archive.content.read_to_end(&mut bytes).await.unwrap();
    assert_eq!((bytes.len() as u64, archive.bytes), (archive.bytes, kept.bytes.unwrap().unsigned_abs()));
    hypervisor.without(Feature::BackupDownload);
    assert_eq!(backup::download(&test.cx, &at, kept.id).await.err().unwrap().kind(), Kind::Conflict);
    hypervisor.inject(Operation::CreateBackup, Fault::Fail(DriverError::refused("no")));
    let failed = made(&test, id).await;
    assert_eq!(backup::download(&test.cx, &at, failed.id).await.err().unwrap().kind(), Kind::Conflict);
});

both_engines!(nothing_of_it_is_seen_from_another_project, |engine| async move {
    let (test, _) = world(engine).await;
    let id = running(&test, "web").await;
    let kept = made(&test, id).await;
    let fresh = || uuid::Uuid::now_v7();
    test.authority.become_person(Id::from_uuid(fresh()), Id::from_uuid(fresh()), Id::from_uuid(fresh()));
    assert_eq!(ask(&test, id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!((backups(&test, None).await, backups(&test, Some(id)).await), (vec![], vec![]));
    assert_eq!(backup::view(&test.cx, &test.scope::<BackupView>().await, kept.id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(backup::restore(&test.cx, &test.scope::<BackupRestore>().await, kept.id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(backup::delete(&test.cx, &test.scope::<BackupDelete>().await, kept.id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(backup::download(&test.cx, &test.scope::<BackupDownload>().await, kept.id).await.err().unwrap().kind(), Kind::NotFound);
    assert_eq!(backup_plan::view(&test.cx, &test.scope::<BackupPlanView>().await, id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(backup_plan::update(&test.cx, &test.scope::<BackupPlanUpdate>().await, id, &DAILY).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(begun(&test, "copy", 4, Source::Backup(kept.id)).await.unwrap_err().kind(), Kind::NotFound);
});

both_engines!(an_organisation_that_goes_takes_every_backup_with_it, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let by_hand = made(&test, id).await;
    planned(&test, id, DAILY).await;
    let scheduled = next_day(&test, id).await;
    let organisation = test.scope::<BackupView>().await.organisation_id().unwrap();
    let at = Scope::<ByWorkflow>::acting("test", Place::Organisation { organisation });
    assert_eq!(backup::of_organisation(&test.cx, &at).await.unwrap().len(), 2);
    assert_eq!(backup::evict(&test.cx, &at).await.unwrap(), None, "while some are left");
    until_gone(&test, &[&by_hand, &scheduled]).await;
    assert_eq!(backup::evict(&test.cx, &at).await.unwrap(), Some(2));
    assert_eq!((hypervisor.backups().await.unwrap(), used(&test).await), (vec![], 0));
});
