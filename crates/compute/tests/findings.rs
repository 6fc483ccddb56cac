//! What differs between the hypervisor and us: found, shown in time, repaired by a person's choice, and closed by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::Duration;

use compute::finding::{self, Finding, FindingKind, FindingRepair, REPAIR, Repair};
use compute::instance::power::{Action, power};
use compute::instance::{self, NewInstance, PROVISION, Shape, SizeId, Source, State};
use compute::permissions::{FindingRepair as MayRepair, FindingView, InstanceDelete, InstanceStart, InstanceView};
use compute::{Drivers, Instance, InstanceId, node};
use compute_driver::simulated::{Fault, Operation, Simulated};
use compute_driver::{Driver, DriverError, Reference, Size, Status};
use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::{Kind, PageQuery};
use testkit::workflows::{Case, run_to_end};
use testkit::{Engine, Test, both_engines, cases};
use workflow::Registered;
use workflow::operation::State as Work;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti me@home";

async fn world(engine: Engine) -> (Test, Simulated) {
    let hypervisor = Simulated::new();
    let drivers = Drivers::new().with("node-1", "local", Arc::new(hypervisor.clone()));
    let test = Test::with(engine, vec![audit::module(), compute::module()], Extensions::default().with(drivers).with(hypervisor.clone())).await;
    node::enrol(&test.cx).await.unwrap();
    (test, hypervisor)
}

fn hypervisor(test: &Test) -> Simulated {
    (*test.cx.extension::<Simulated>().unwrap()).clone()
}

async fn begun(test: &Test, hostname: &str) -> InstanceId {
    let at = test.scope::<InstanceStart>().await;
    let (regions, templates) = (compute::region::all(test.cx.db()).await.unwrap(), compute::template::all(test.cx.db()).await.unwrap());
    let new = NewInstance {
        hostname: hostname.to_owned(),
        ssh_public_key: KEY.to_owned(),
        shape: Shape {
            size_id: SizeId::from_uuid(uuid::Uuid::from_u128(7)),
            size_name: "Small".to_owned(),
            cpus: 1,
            memory_mib: 256,
            disk_gib: 2,
            class: None,
        },
        source: Source::Template(templates.iter().find(|one| one.name == "tiny").unwrap().id),
        region_id: regions[0].id,
        user_data: None,
        tags: Vec::new(),
    };
    let made = test.cx.write(async |tx| {
        let instance = instance::create(&tx, &at, &new).await?;
        instance::provision(&tx, &at, instance.id).await?;
        Ok(instance)
    });
    made.await.unwrap().id
}

async fn finish(test: &Test, kind: &str, subject: impl ToString) -> workflow::operation::Operation {
    run_to_end(&test.cx, &test.clock, compute::workflows, None, kind, &subject.to_string()).await
}

async fn running(test: &Test, hostname: &str) -> InstanceId {
    let id = begun(test, hostname).await;
    finish(test, PROVISION.name, id).await;
    id
}

async fn seen(test: &Test, id: InstanceId) -> Instance {
    instance::view(&test.cx, &test.scope::<InstanceView>().await, id).await.unwrap()
}

fn reference(id: InstanceId) -> Reference {
    Reference::parse(&id.to_string()).unwrap()
}

/// A look of the reconciler.
async fn look(test: &Test) {
    let job = compute::JOBS.iter().find(|job| job.name == "compute.instance.reconcile").unwrap();
    (job.run)(test.cx.clone()).await.unwrap();
}

async fn open(test: &Test) -> Vec<Finding> {
    finding::list(&test.cx, &test.scope::<FindingView>().await, &PageQuery::default()).await.unwrap().items
}

/// What is shown after a look, some minutes and another look.
async fn found(test: &Test) -> Vec<Finding> {
    look(test).await;
    test.clock.advance(Duration::from_secs(6 * 60));
    look(test).await;
    open(test).await
}

async fn kinds(test: &Test) -> Vec<FindingKind> {
    open(test).await.iter().map(|one| one.kind).collect()
}

async fn choose(test: &Test, finding: &Finding, repair: Repair) -> kernel::Result<Finding> {
    let confirm = finding.repairs.iter().find(|offer| offer.repair == repair).and_then(|offer| offer.confirm.clone());
    finding::repair(&test.cx, &test.scope::<MayRepair>().await, finding.id, &FindingRepair { repair, confirm }).await
}

fn offered(finding: &Finding) -> Vec<Repair> {
    finding.repairs.iter().filter(|offer| offer.refused.is_none()).map(|offer| offer.repair).collect()
}

async fn grown(test: &Test) -> InstanceId {
    let id = running(test, "web").await;
    let driver = hypervisor(test);
    driver.resize(&reference(id), &Size { cpus: 2, memory_mib: 512, disk_gib: 2 }).await.unwrap();
    id
}

both_engines!(nothing_is_found_where_nothing_differs, |engine| async move {
    let (test, _) = world(engine).await;
    running(&test, "web").await;
    assert_eq!(found(&test).await, []);
    assert_eq!(test.lint().await, Vec::<String>::new());
});

both_engines!(a_guest_that_stopped_by_itself_is_started_again_or_left_so, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.crash(&reference(id));
    look(&test).await;
    let finding = open(&test).await.remove(0);
    assert_eq!((finding.kind, finding.instance_id, offered(&finding)), (FindingKind::StateDiffers, Some(id), vec![Repair::Start, Repair::Accept]));
    assert!(finding.explanation.contains("running") && finding.explanation.contains("stopped"), "{}", finding.explanation);
    assert_eq!(choose(&test, &finding, Repair::Remove).await.unwrap_err().kind(), Kind::Conflict);

    choose(&test, &finding, Repair::Start).await.unwrap();
    assert_eq!(choose(&test, &finding, Repair::Accept).await.unwrap_err().kind(), Kind::Conflict, "it is being started");
    finish(&test, "compute.instance.power", id).await;
    assert_eq!(seen(&test, id).await.state, State::Running);
    look(&test).await;
    assert_eq!(open(&test).await, [], "it closes by itself");
    assert_eq!(choose(&test, &finding, Repair::Accept).await.unwrap_err().kind(), Kind::Conflict, "what is closed is closed");

    hypervisor.crash(&reference(id));
    look(&test).await;
    choose(&test, &open(&test).await[0], Repair::Accept).await.unwrap();
    look(&test).await;
    assert_eq!((open(&test).await.len(), seen(&test, id).await.state), (0, State::Stopped));
});

both_engines!(a_guest_that_was_switched_on_elsewhere_is_stopped_or_left_so, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    power(&test.cx, &test.scope::<InstanceStart>().await, id, Action::Stop).await.unwrap();
    finish(&test, "compute.instance.power", id).await;
    hypervisor.start(&reference(id)).await.unwrap();
    look(&test).await;
    let finding = open(&test).await.remove(0);
    assert_eq!(offered(&finding), [Repair::Accept, Repair::Stop]);
    choose(&test, &finding, Repair::Stop).await.unwrap();
    finish(&test, "compute.instance.power", id).await;
    look(&test).await;
    assert_eq!((open(&test).await.len(), hypervisor.status(&reference(id)).await.unwrap()), (0, Status::Stopped));
});

both_engines!(a_paused_guest_is_shown_after_its_time_and_goes_on, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.suspend(&reference(id)).await.unwrap();
    look(&test).await;
    assert_eq!(open(&test).await, [], "a backup may hold it for a moment");
    let finding = found(&test).await.remove(0);
    assert_eq!(offered(&finding), [Repair::Resume]);
    choose(&test, &finding, Repair::Resume).await.unwrap();
    assert_eq!(finish(&test, REPAIR.name, id).await.state, Work::Succeeded);
    assert_eq!(hypervisor.status(&reference(id)).await.unwrap(), Status::Running);
    assert_eq!(open(&test).await, []);
});

both_engines!(what_passes_before_its_time_leaves_nothing, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.suspend(&reference(id)).await.unwrap();
    look(&test).await;
    hypervisor.resume(&reference(id)).await.unwrap();
    assert_eq!(found(&test).await, []);
});

both_engines!(a_lost_guest_is_given_up_only_by_name, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.vanish(&reference(id));
    let finding = found(&test).await.remove(0);
    assert_eq!((finding.kind, offered(&finding), seen(&test, id).await.state), (FindingKind::GuestGone, vec![Repair::Accept], State::Failed));
    let at = test.scope::<MayRepair>().await;
    let unconfirmed = finding::repair(&test.cx, &at, finding.id, &FindingRepair { repair: Repair::Accept, confirm: None }).await.unwrap_err();
    assert_eq!(unconfirmed.fields()[0].field, "confirm");
    choose(&test, &finding, Repair::Accept).await.unwrap();
    finish(&test, "compute.instance.retire", id).await;
    look(&test).await;
    assert_eq!((open(&test).await.len(), seen(&test, id).await.state), (0, State::Deleted));
    running(&test, "web").await;
});

both_engines!(an_orphan_is_removed_after_an_hour_and_only_by_name, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let orphan = Reference::parse("vm_orphan").unwrap();
    let mut spec = hypervisor.spec(&reference(id)).unwrap();
    spec.reference = orphan.clone();
    hypervisor.ensure(&spec).await.unwrap();
    let finding = found(&test).await.remove(0);
    assert_eq!((finding.kind, finding.reference.as_deref(), offered(&finding)), (FindingKind::OrphanGuest, Some("vm_orphan"), vec![]));
    let young = choose(&test, &finding, Repair::Remove).await.unwrap_err();
    assert!(young.kind() == Kind::Conflict && young.to_string().contains("hour"), "{young}");
    assert!(hypervisor.find(&orphan).await.unwrap().is_some());

    test.clock.advance(Duration::from_secs(3600));
    look(&test).await;
    let at = test.scope::<MayRepair>().await;
    let wrong = FindingRepair { repair: Repair::Remove, confirm: Some("vm_other".to_owned()) };
    assert_eq!(finding::repair(&test.cx, &at, finding.id, &wrong).await.unwrap_err().fields()[0].field, "confirm");
    choose(&test, &open(&test).await[0], Repair::Remove).await.unwrap();
    assert_eq!(finish(&test, REPAIR.name, "vm_orphan").await.state, Work::Succeeded);
    assert!(hypervisor.find(&orphan).await.unwrap().is_none());
    assert!(hypervisor.find(&reference(id)).await.unwrap().is_some());
    look(&test).await;
    assert_eq!(open(&test).await, []);
});

both_engines!(another_shape_is_put_right_from_either_side, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = grown(&test).await;
    let finding = found(&test).await.remove(0);
    assert_eq!((finding.kind, offered(&finding)), (FindingKind::ShapeDiffers, vec![Repair::Resize, Repair::Accept]));
    choose(&test, &finding, Repair::Accept).await.unwrap();
    assert_eq!(finish(&test, REPAIR.name, id).await.state, Work::Succeeded);
    let size = seen(&test, id).await.size;
    assert_eq!((size.cpus, size.memory_mib, size.disk_gib, size.name.as_str()), (2, 512, 2, "Small"));

    // A disk never becomes smaller, so only one side can give way.
    hypervisor.resize(&reference(id), &Size { cpus: 2, memory_mib: 512, disk_gib: 5 }).await.unwrap();
    let finding = found(&test).await.remove(0);
    choose(&test, &finding, Repair::Resize).await.unwrap();
    let failed = finish(&test, REPAIR.name, id).await;
    assert!(failed.state == Work::Failed && failed.error.as_deref().unwrap().contains("smaller"), "{failed:?}");
    choose(&test, &open(&test).await[0], Repair::Accept).await.unwrap();
    finish(&test, REPAIR.name, id).await;
    look(&test).await;
    assert_eq!((open(&test).await.len(), seen(&test, id).await.size.disk_gib), (0, 5));
});

both_engines!(a_silent_hypervisor_is_one_finding_and_none_for_its_guests, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.vanish(&reference(id));
    hypervisor.fail_times(Operation::List, 3);
    let finding = found(&test).await;
    assert_eq!(
        finding.iter().map(|one| (one.kind, one.node.as_deref(), one.repairs.len())).collect::<Vec<_>>(),
        [(FindingKind::NodeUnreachable, Some("node-1"), 0)]
    );
    assert!(finding[0].explanation.contains("simulated outage"), "{}", finding[0].explanation);
    assert_eq!(seen(&test, id).await.state, State::Running, "silence is no word");
    look(&test).await;
    assert_eq!(kinds(&test).await, [FindingKind::NodeUnreachable]);
    found(&test).await;
    assert_eq!(kinds(&test).await, [FindingKind::GuestGone], "it answers again");
});

both_engines!(what_is_found_stays_while_the_hypervisor_is_silent, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.crash(&reference(id));
    look(&test).await;
    hypervisor.fail_times(Operation::List, 2);
    found(&test).await;
    assert_eq!(kinds(&test).await, [FindingKind::NodeUnreachable, FindingKind::StateDiffers]);
});

both_engines!(a_machine_that_passes_for_too_long_is_shown_and_settled, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    power(&test.cx, &test.scope::<InstanceStart>().await, id, Action::Reboot).await.unwrap();
    test.clock.advance(Duration::from_secs(14 * 60));
    look(&test).await;
    assert_eq!(open(&test).await, []);
    test.clock.advance(Duration::from_secs(2 * 60));
    look(&test).await;
    let finding = open(&test).await.remove(0);
    assert_eq!((finding.kind, offered(&finding)), (FindingKind::Stuck, vec![]), "its operation is still at work");
    assert!(finding.explanation.contains("15 minutes"), "{}", finding.explanation);

    // Nothing can be taken back while the hypervisor refuses to look, so the undo gives up.
    hypervisor.fail_times(Operation::Status, 5);
    for _ in 0..10 {
        hypervisor.inject(Operation::Find, Fault::Fail(DriverError::failed("the storage is read-only", "")));
    }
    let ended = finish(&test, "compute.instance.power", id).await;
    assert_eq!(ended.state, Work::NeedsOperator, "{ended:?}");
    look(&test).await;
    let finding = open(&test).await.remove(0);
    assert_eq!(offered(&finding), [Repair::Retry, Repair::Accept, Repair::MarkFailed]);
    choose(&test, &finding, Repair::Accept).await.unwrap();
    finish(&test, REPAIR.name, id).await;
    look(&test).await;
    assert_eq!((open(&test).await.len(), seen(&test, id).await.state), (0, State::Running));
});

both_engines!(a_deletion_that_stopped_goes_on_from_its_step, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    instance::delete(&test.cx, &test.scope::<InstanceDelete>().await, id, instance::Deletion::default()).await.unwrap();
    hypervisor.inject(Operation::Destroy, Fault::Fail(DriverError::failed("the storage is read-only", "")));
    let failed = finish(&test, "compute.instance.retire", id).await;
    assert_eq!(failed.state, Work::Failed);
    test.clock.advance(Duration::from_secs(2 * 3600));
    look(&test).await;
    let finding = open(&test).await.remove(0);
    assert_eq!((finding.kind, offered(&finding)), (FindingKind::Stuck, vec![Repair::Retry, Repair::MarkFailed]));
    choose(&test, &finding, Repair::Retry).await.unwrap();
    finish(&test, "compute.instance.retire", id).await;
    look(&test).await;
    assert_eq!((open(&test).await.len(), seen(&test, id).await.state), (0, State::Deleted));
    assert!(hypervisor.list().await.unwrap().is_empty());
});

both_engines!(a_summary_counts_by_kind, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    for name in ["a", "b"] {
        let id = running(&test, name).await;
        hypervisor.crash(&reference(id));
    }
    look(&test).await;
    let counts = finding::summary(&test.cx, &test.scope::<FindingView>().await).await.unwrap();
    assert_eq!(counts.iter().map(|one| (one.kind, one.count)).collect::<Vec<_>>(), [(FindingKind::StateDiffers, 2)]);
});

macro_rules! repair_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let id = grown(test).await;
                let finding = found(test).await.remove(0);
                choose(test, &finding, Repair::Resize).await.unwrap();
                (REPAIR.name.to_owned(), id.to_string())
            },
            check: async |test: &Test, _: bool| {
                // Whatever happened to the step: the guest has its size, and the next look finds nothing.
                look(test).await;
                assert_eq!(open(test).await, []);
                assert_eq!(hypervisor(test).list().await.unwrap()[0].size, Size { cpus: 1, memory_mib: 256, disk_gib: 2 });
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

cases! {
    repair_case!() => a_repair_can_fail_anywhere, repair_steps_can_run_twice, a_repair_survives_a_restart_at_each_step;
}
