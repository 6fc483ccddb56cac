//! Snapshots, other sizes, kept keys and quotas, on the simulated hypervisor with its faults.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use compute::instance::power::{Action, power};
use compute::instance::{self, NewInstance, PROVISION, Shape, SizeId, Sizes, SizesOnSale, Source, State};
use compute::permissions::{
    InstanceDelete, InstanceRebuild, InstanceResize, InstanceStart, InstanceView, QuotaView, SnapshotCreate, SnapshotDelete, SnapshotRestore, SnapshotView,
    SshKeyCreate, SshKeyDelete, SshKeyView,
};
use compute::snapshot::{self, NewSnapshot, Snapshot, SnapshotState};
use compute::ssh_key::{self, NewSshKey};
use compute::{Drivers, Instance, InstanceId, node, quota};
use compute_driver::simulated::{Fault, Operation, Simulated};
use compute_driver::{Driver, DriverError, Reference, Size, Status};
use futures::future::BoxFuture;
use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::{Cx, Error, Kind, PageQuery, Place};
use testkit::workflows::{Case, run_to_end};
use testkit::{Engine, Test, both_engines, cases};
use workflow::Registered;
use workflow::operation::Operation as Done;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti me@home";

fn size(number: u128) -> SizeId {
    SizeId::from_uuid(uuid::Uuid::from_u128(number))
}

fn shape(number: u128, cpus: i32, memory_mib: i32, disk_gib: i32) -> Shape {
    Shape { size_id: size(number), size_name: format!("Size {number}"), cpus, memory_mib, disk_gib, class: None }
}

/// Sizes 1 to 3 are on sale: small, large, and large with a small disk.
struct Shelf;

impl Sizes for Shelf {
    fn shape<'a>(&'a self, _: &'a Cx, _: Place, _: InstanceId, wanted: SizeId) -> BoxFuture<'a, kernel::Result<Shape>> {
        Box::pin(async move {
            let sold = [shape(1, 1, 256, 2), shape(2, 2, 512, 4), shape(3, 2, 512, 1), shape(4, 64, 512, 4)];
            sold.into_iter().find(|one| one.size_id == wanted).ok_or_else(|| Error::invalid("size_id", "choose one of the sizes on offer"))
        })
    }
}

async fn world(engine: Engine) -> (Test, Simulated) {
    let hypervisor = Simulated::new();
    let drivers = Drivers::new().with("node-1", "local", Arc::new(hypervisor.clone()));
    let extensions = Extensions::default().with(drivers).with(hypervisor.clone()).with(SizesOnSale(Box::new(Shelf)));
    let test = Test::with(engine, vec![audit::module(), compute::module()], extensions).await;
    node::enrol(&test.cx).await.unwrap();
    (test, hypervisor)
}

fn hypervisor(test: &Test) -> Simulated {
    (*test.cx.extension::<Simulated>().unwrap()).clone()
}

async fn begun(test: &Test, hostname: &str) -> kernel::Result<Instance> {
    let at = test.scope::<InstanceStart>().await;
    let (regions, templates) = (compute::region::all(test.cx.db()).await.unwrap(), compute::template::all(test.cx.db()).await.unwrap());
    let new = NewInstance {
        hostname: hostname.to_owned(),
        ssh_public_key: KEY.to_owned(),
        shape: shape(1, 1, 256, 2),
        source: Source::Template(templates.iter().find(|one| one.name == "tiny").unwrap().id),
        region_id: regions[0].id,
        user_data: None,
        tags: Vec::new(),
    };
    test.cx
        .write(async |tx| {
            let instance = instance::create(&tx, &at, &new).await?;
            instance::provision(&tx, &at, instance.id).await?;
            Ok(instance)
        })
        .await
}

async fn finish(test: &Test, kind: &str, subject: impl ToString) -> Done {
    run_to_end(&test.cx, &test.clock, compute::workflows, None, kind, &subject.to_string()).await
}

async fn running(test: &Test, hostname: &str) -> InstanceId {
    let id = begun(test, hostname).await.unwrap().id;
    finish(test, PROVISION.name, id).await;
    id
}

async fn seen(test: &Test, id: InstanceId) -> Instance {
    instance::view(&test.cx, &test.scope::<InstanceView>().await, id).await.unwrap()
}

async fn ask(test: &Test, id: InstanceId, memory: bool) -> kernel::Result<Snapshot> {
    let new = NewSnapshot { name: "before the upgrade".to_owned(), memory };
    snapshot::create(&test.cx, &test.scope::<SnapshotCreate>().await, id, &new).await
}

async fn taken(test: &Test, id: InstanceId, memory: bool) -> Snapshot {
    let asked = ask(test, id, memory).await.unwrap();
    assert_eq!(asked.state, SnapshotState::Creating);
    finish(test, "compute.snapshot.create", asked.id).await;
    let listed = snapshots(test, id).await;
    listed.into_iter().find(|one| one.id == asked.id).unwrap()
}

async fn snapshots(test: &Test, id: InstanceId) -> Vec<Snapshot> {
    snapshot::list(&test.cx, &test.scope::<SnapshotView>().await, id, &PageQuery::default()).await.unwrap().items
}

async fn used(test: &Test) -> quota::Quota {
    quota::view(&test.cx, &test.scope::<QuotaView>().await).await.unwrap()
}

fn reference(id: InstanceId) -> Reference {
    Reference::parse(&id.to_string()).unwrap()
}

both_engines!(a_machine_is_saved_and_brought_back, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.inject(Operation::CreateSnapshot, Fault::Busy);
    let kept = taken(&test, id, true).await;
    assert_eq!((kept.state, kept.memory, kept.name.as_str()), (SnapshotState::Ready, true, "before the upgrade"));
    assert_eq!(used(&test).await.snapshots.used, 1);

    power(&test.cx, &test.scope::<InstanceStart>().await, id, Action::Stop).await.unwrap();
    finish(&test, "compute.instance.power", id).await;
    hypervisor.inject(Operation::RollBack, Fault::Busy);
    snapshot::restore(&test.cx, &test.scope::<SnapshotRestore>().await, kept.id).await.unwrap();
    assert_eq!(seen(&test, id).await.state, State::Restoring);
    let again = snapshot::restore(&test.cx, &test.scope::<SnapshotRestore>().await, kept.id).await.unwrap_err();
    assert_eq!(again.kind(), Kind::Conflict, "one at a time");
    finish(&test, "compute.snapshot.restore", id).await;
    assert_eq!(seen(&test, id).await.state, State::Running, "its memory was kept, so it runs");

    snapshot::delete(&test.cx, &test.scope::<SnapshotDelete>().await, kept.id).await.unwrap();
    finish(&test, "compute.snapshot.delete", kept.id).await;
    assert_eq!((snapshots(&test, id).await, used(&test).await.snapshots.used), (vec![], 0));
    assert_eq!(hypervisor.snapshots(&reference(id)).await.unwrap(), []);
});

both_engines!(a_snapshot_without_room_fails_with_its_reason_and_frees_its_place, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.inject(Operation::CreateSnapshot, Fault::storage_full());
    let asked = ask(&test, id, false).await.unwrap();
    let operation = finish(&test, "compute.snapshot.create", asked.id).await;
    assert!(operation.steps.iter().any(|step| step.error.as_deref().is_some_and(|why| why.contains("no room"))), "{operation:?}");
    let failed = &snapshots(&test, id).await[0];
    assert_eq!((failed.state, failed.problem.is_some()), (SnapshotState::Failed, true));
    assert_eq!(used(&test).await.snapshots.used, 0);
    snapshot::delete(&test.cx, &test.scope::<SnapshotDelete>().await, failed.id).await.unwrap();
    assert_eq!(snapshots(&test, id).await, [], "what could not be taken goes at once");
});

both_engines!(a_lock_and_a_lost_answer_are_waited_out_and_make_one_snapshot, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.inject(Operation::CreateSnapshot, Fault::locked());
    hypervisor.inject(Operation::CreateSnapshot, Fault::LoseAnswer);
    assert_eq!(taken(&test, id, false).await.state, SnapshotState::Ready);
    assert_eq!(hypervisor.snapshots(&reference(id)).await.unwrap().len(), 1);
});

both_engines!(snapshots_go_with_the_disk_and_give_their_places_back, |engine| async move {
    let (test, _) = world(engine).await;
    let (one, two) = (running(&test, "one").await, running(&test, "two").await);
    for id in [one, two] {
        taken(&test, id, false).await;
    }
    let debian = compute::template::all(test.cx.db()).await.unwrap().into_iter().find(|one| one.name == "debian").unwrap();
    instance::rebuild(&test.cx, &test.scope::<InstanceRebuild>().await, one, instance::Renewal::Template(debian.id)).await.unwrap();
    finish(&test, "compute.instance.rebuild", one).await;
    assert_eq!((snapshots(&test, one).await, used(&test).await.snapshots.used), (vec![], 1));
    instance::delete(&test.cx, &test.scope::<InstanceDelete>().await, two, instance::Deletion::default()).await.unwrap();
    finish(&test, "compute.instance.retire", two).await;
    assert_eq!(used(&test).await.snapshots.used, 0);
});

both_engines!(sixty_four_snapshots_at_once_do_not_pass_the_quota, |engine| async move {
    let (test, _) = world(engine).await;
    let id = running(&test, "web").await;
    let outcomes = futures::future::join_all((0..64).map(|_| ask(&test, id, false))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 20);
    assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| error.kind() == Kind::Exhausted));
});

both_engines!(sixty_four_orders_at_once_do_not_pass_the_quota, |engine| async move {
    let (test, _) = world(engine).await;
    let names: Vec<_> = (0..64).map(|number| format!("web-{number}")).collect();
    let outcomes = futures::future::join_all(names.iter().map(|name| begun(&test, name))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
    assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| error.kind() == Kind::Exhausted), "{outcomes:?}");
    let quota = used(&test).await;
    assert_eq!((quota.machines.used, quota.machines.limit, quota.cpus.used, quota.memory_mib.used), (10, 10, 10, 2_560));
});

both_engines!(a_machine_gets_another_size_and_its_room_with_it, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    instance::resize(&test.cx, &test.scope::<InstanceResize>().await, id, size(2)).await.unwrap();
    assert_eq!(seen(&test, id).await.state, State::Resizing);
    finish(&test, "compute.instance.resize", id).await;
    let machine = seen(&test, id).await;
    assert_eq!((machine.state, machine.size.id, machine.size.memory_mib, machine.size.disk_gib), (State::Running, size(2), 512, 4));
    let guest = hypervisor.find(&reference(id)).await.unwrap().unwrap();
    assert_eq!((guest.size, guest.status), (Size { cpus: 2, memory_mib: 512, disk_gib: 4 }, Status::Running));
    let quota = used(&test).await;
    assert_eq!((quota.cpus.used, quota.memory_mib.used, quota.disk_gib.used), (2, 512, 4));

    let refused = async |number| instance::resize(&test.cx, &test.scope::<InstanceResize>().await, id, size(number)).await.unwrap_err();
    assert_eq!(refused(2).await.fields()[0].field, "size_id", "the same");
    assert!(refused(3).await.to_string().contains("smaller") || refused(3).await.fields()[0].message.contains("smaller"));
    assert_eq!(refused(4).await.kind(), Kind::Exhausted);
    assert_eq!(refused(9).await.fields()[0].field, "size_id", "not on sale");
    assert_eq!(used(&test).await, quota, "a refusal takes no room");
});

both_engines!(a_resize_that_fails_leaves_the_machine_as_it_was, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let before = used(&test).await;
    hypervisor.inject(Operation::Resize, Fault::Fail(DriverError::full("0 MiB of disk are free")));
    instance::resize(&test.cx, &test.scope::<InstanceResize>().await, id, size(2)).await.unwrap();
    let operation = finish(&test, "compute.instance.resize", id).await;
    assert_eq!(operation.state, workflow::operation::State::Undone);
    let machine = seen(&test, id).await;
    assert_eq!((machine.state, machine.size.id), (State::Running, size(1)));
    assert_eq!(used(&test).await, before);
});

both_engines!(a_key_is_kept_once_and_forgotten, |engine| async move {
    let (test, _) = world(engine).await;
    let new = NewSshKey { name: "laptop".to_owned(), ssh_public_key: KEY.to_owned() };
    let kept = ssh_key::create(&test.cx, &test.scope::<SshKeyCreate>().await, &new).await.unwrap();
    let twice = ssh_key::create(&test.cx, &test.scope::<SshKeyCreate>().await, &new).await.unwrap_err();
    assert_eq!((twice.kind(), twice.fields()[0].field.as_str()), (Kind::Conflict, "ssh_public_key"));
    let at = test.scope::<SshKeyView>().await;
    assert_eq!(ssh_key::list(&test.cx, &at, &PageQuery::default()).await.unwrap().items, std::slice::from_ref(&kept));
    ssh_key::delete(&test.cx, &test.scope::<SshKeyDelete>().await, kept.id).await.unwrap();
    assert_eq!(ssh_key::delete(&test.cx, &test.scope::<SshKeyDelete>().await, kept.id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(ssh_key::list(&test.cx, &at, &PageQuery::default()).await.unwrap().items, []);
});

both_engines!(nothing_of_it_is_seen_from_another_project, |engine| async move {
    let (test, _) = world(engine).await;
    let id = running(&test, "web").await;
    let kept = taken(&test, id, false).await;
    let fresh = || uuid::Uuid::now_v7();
    test.authority.become_person(Id::from_uuid(fresh()), Id::from_uuid(fresh()), Id::from_uuid(fresh()));
    assert_eq!(ask(&test, id, false).await.unwrap_err().kind(), Kind::NotFound);
    let list = snapshot::list(&test.cx, &test.scope::<SnapshotView>().await, id, &PageQuery::default()).await;
    assert_eq!(list.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(snapshot::restore(&test.cx, &test.scope::<SnapshotRestore>().await, kept.id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(snapshot::delete(&test.cx, &test.scope::<SnapshotDelete>().await, kept.id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(instance::resize(&test.cx, &test.scope::<InstanceResize>().await, id, size(2)).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(used(&test).await.machines.used, 0);
});

macro_rules! resize_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let id = running(test, "web").await;
                instance::resize(&test.cx, &test.scope::<InstanceResize>().await, id, size(2)).await.unwrap();
                ("compute.instance.resize".to_owned(), id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                let machine = instance::list(&test.cx, &test.scope::<InstanceView>().await, &instance::InstanceQuery::default(), &PageQuery::default())
                    .await
                    .unwrap()
                    .items
                    .remove(0);
                assert_eq!((machine.state, machine.size.id), (State::Running, size(if succeeded { 2 } else { 1 })));
                let guest = hypervisor(test).find(&reference(machine.id)).await.unwrap().unwrap();
                assert_eq!((guest.size.cpus, guest.status), (if succeeded { 2 } else { 1 }, Status::Running));
                let quota = used(test).await;
                assert_eq!((quota.cpus.used, quota.memory_mib.used), if succeeded { (2, 512) } else { (1, 256) });
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

macro_rules! restore_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let id = running(test, "web").await;
                let kept = taken(test, id, false).await;
                snapshot::restore(&test.cx, &test.scope::<SnapshotRestore>().await, kept.id).await.unwrap();
                ("compute.snapshot.restore".to_owned(), id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                let machine = instance::list(&test.cx, &test.scope::<InstanceView>().await, &instance::InstanceQuery::default(), &PageQuery::default())
                    .await
                    .unwrap()
                    .items
                    .remove(0);
                let status = hypervisor(test).status(&reference(machine.id)).await.unwrap();
                // Whatever happened, the state is what the hypervisor says, and nothing is in progress.
                assert_eq!(machine.state, if status == Status::Running { State::Running } else { State::Stopped });
                assert!(!succeeded || status == Status::Running);
                assert_eq!(snapshots(test, machine.id).await[0].state, SnapshotState::Ready, "the snapshot is still there");
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

macro_rules! snapshot_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let id = running(test, "web").await;
                let asked = ask(test, id, true).await.unwrap();
                ("compute.snapshot.create".to_owned(), asked.id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                let machine = instance::list(&test.cx, &test.scope::<InstanceView>().await, &instance::InstanceQuery::default(), &PageQuery::default())
                    .await
                    .unwrap()
                    .items
                    .remove(0);
                let there = hypervisor(test).snapshots(&reference(machine.id)).await.unwrap().len();
                assert_eq!((there, used(test).await.snapshots.used), if succeeded { (1, 1) } else { (0, 0) });
                let state = if succeeded { SnapshotState::Ready } else { SnapshotState::Failed };
                assert_eq!(snapshots(test, machine.id).await[0].state, state);
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

cases! {
    resize_case!() => resizing_can_fail_anywhere, resizing_steps_can_run_twice, resizing_survives_a_restart_at_each_step;
    restore_case!() => restoring_can_fail_anywhere, restoring_steps_can_run_twice, restoring_survives_a_restart_at_each_step;
    snapshot_case!() => taking_a_snapshot_can_fail_anywhere, taking_a_snapshot_can_run_twice, taking_a_snapshot_survives_a_restart_at_each_step;
}
