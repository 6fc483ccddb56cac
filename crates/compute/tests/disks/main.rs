//! Extra disks on the simulated hypervisor with its faults: their life, their room, what they are announced to take, and what machines mean to them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod lost;
mod workflows;

use std::sync::Arc;
use std::time::Duration;

use compute::disk::{self, DISK_ATTACH, DISK_CREATE, DISK_DELETE, DISK_DETACH, DISK_GROW, Disk, DiskAttachment, DiskQuery, DiskSize, DiskState, NewDisk};
use compute::events::{DISK_CREATED, DISK_DELETED, DISK_MEASURED, DiskMeasured};
use compute::instance::{self, NewInstance, PROVISION, Shape, SizeId, Source};
use compute::permissions::{DiskAttach, DiskCreate, DiskDelete, DiskDetach, DiskGrow, DiskView, InstanceDelete, InstanceStart, QuotaView, SnapshotCreate};
use compute::quota::{self, LIMITS, Limits};
use compute::snapshot::{self, NewSnapshot};
use compute::{DiskId, Drivers, InstanceId, node};
use compute_driver::simulated::{Fault, Operation, Simulated};
use compute_driver::{DISKS_PER_GUEST, DiskSpec, Driver, Feature, Reference};
use kernel::cx::Extensions;
use kernel::event::EventKind;
use kernel::id::Id;
use kernel::{Kind, PageQuery, setting};
use sea_orm::{ConnectionTrait, Statement};
use serde::de::DeserializeOwned;
use testkit::workflows::run_to_end;
use testkit::{Engine, Test, both_engines};
use workflow::operation::{Operation as Done, State as Work};

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

fn reference(id: impl ToString) -> Reference {
    Reference::parse(&id.to_string()).unwrap()
}

async fn finish(test: &Test, kind: &str, subject: impl ToString) -> Done {
    run_to_end(&test.cx, &test.clock, compute::workflows, None, kind, &subject.to_string()).await
}

async fn running(test: &Test, hostname: &str) -> InstanceId {
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
        let machine = instance::create(&tx, &at, &new).await?;
        instance::provision(&tx, &at, machine.id).await?;
        Ok(machine.id)
    });
    let id = made.await.unwrap();
    finish(test, PROVISION.name, id).await;
    id
}

async fn asked(test: &Test, size_gib: i32, instance_id: Option<InstanceId>) -> kernel::Result<Disk> {
    let region_id = instance_id.is_none().then_some(compute::region::all(test.cx.db()).await.unwrap()[0].id);
    let new = NewDisk { name: "data".to_owned(), size_gib, region_id, instance_id };
    disk::create(&test.cx, &test.scope::<DiskCreate>().await, &new).await
}

async fn made(test: &Test, size_gib: i32, instance_id: Option<InstanceId>) -> DiskId {
    let id = asked(test, size_gib, instance_id).await.unwrap().id;
    assert_eq!(finish(test, DISK_CREATE.name, id).await.state, Work::Succeeded);
    id
}

async fn seen(test: &Test, id: DiskId) -> Disk {
    disk::view(&test.cx, &test.scope::<DiskView>().await, id).await.unwrap()
}

async fn attach(test: &Test, id: DiskId, instance_id: InstanceId) -> kernel::Result<workflow::OperationId> {
    disk::attach(&test.cx, &test.scope::<DiskAttach>().await, id, &DiskAttachment { instance_id }).await
}

async fn detach(test: &Test, id: DiskId) -> kernel::Result<workflow::OperationId> {
    disk::detach(&test.cx, &test.scope::<DiskDetach>().await, id).await
}

async fn grow(test: &Test, id: DiskId, size_gib: i32) -> kernel::Result<workflow::OperationId> {
    disk::grow(&test.cx, &test.scope::<DiskGrow>().await, id, DiskSize { size_gib }).await
}

async fn delete(test: &Test, id: DiskId) -> kernel::Result<()> {
    disk::delete(&test.cx, &test.scope::<DiskDelete>().await, id).await
}

async fn used(test: &Test) -> i64 {
    quota::view(&test.cx, &test.scope::<QuotaView>().await).await.unwrap().disk_gib.used
}

async fn job(test: &Test, name: &str) {
    (compute::JOBS.iter().find(|job| job.name == name).unwrap().run)(test.cx.clone()).await.unwrap();
}

/// The facts of a kind that were announced, oldest first.
async fn facts<T: DeserializeOwned>(test: &Test, kind: EventKind<T>) -> Vec<T> {
    let sql = format!("SELECT payload FROM kernel_event WHERE kind = '{}' ORDER BY seq", kind.name());
    let rows = test.cx.db().query_all_raw(Statement::from_string(test.cx.database().backend(), sql)).await.unwrap();
    rows.iter().map(|row| serde_json::from_str(&row.try_get::<String>("", "payload").unwrap()).unwrap()).collect()
}

/// What was announced that the disk took.
async fn announced(test: &Test, id: DiskId) -> Vec<DiskMeasured> {
    facts(test, DISK_MEASURED).await.into_iter().filter(|fact| fact.disk_id == id).collect()
}

both_engines!(a_disk_is_made_attached_grown_detached_and_removed, |engine| async move {
    let (test, sim) = world(engine).await;
    let web = running(&test, "web").await;
    let id = made(&test, 10, None).await;
    let disk = seen(&test, id).await;
    assert_eq!((disk.state, disk.size_gib, disk.instance_id, used(&test).await), (DiskState::Ready, 10, None, 12));
    assert!(disk.device.starts_with("/dev/disk/by-id/virtio-dsk-") && disk.device.len() == "/dev/disk/by-id/virtio-".len() + 20, "{}", disk.device);

    attach(&test, id, web).await.unwrap();
    assert_eq!(seen(&test, id).await.state, DiskState::Attaching);
    assert_eq!(attach(&test, id, web).await.unwrap_err().kind(), Kind::Conflict, "it is on its way");
    finish(&test, DISK_ATTACH.name, id).await;
    assert_eq!((seen(&test, id).await.instance_id, sim.extra_disks()[0].guest.clone()), (Some(web), Some(reference(web))));
    let listed = disk::list(&test.cx, &test.scope::<DiskView>().await, &DiskQuery { instance: Some(web) }, &PageQuery::default()).await.unwrap();
    assert_eq!(listed.items.len(), 1);
    assert_eq!(delete(&test, id).await.unwrap_err().kind(), Kind::Conflict, "a machine has it");

    for wrong in [10, 9, 0] {
        assert_eq!(grow(&test, id, wrong).await.unwrap_err().fields()[0].field, "size_gib", "{wrong}");
    }
    grow(&test, id, 25).await.unwrap();
    assert_eq!((seen(&test, id).await.growing_to_gib, used(&test).await), (Some(25), 27));
    finish(&test, DISK_GROW.name, id).await;
    let disk = seen(&test, id).await;
    assert_eq!((disk.size_gib, disk.growing_to_gib, sim.extra_disks()[0].gib), (25, None, 25));

    detach(&test, id).await.unwrap();
    finish(&test, DISK_DETACH.name, id).await;
    assert_eq!((seen(&test, id).await.instance_id, sim.extra_disks()[0].guest.clone()), (None, None));
    assert_eq!(detach(&test, id).await.unwrap_err().kind(), Kind::Conflict, "nobody has it");
    delete(&test, id).await.unwrap();
    finish(&test, DISK_DELETE.name, id).await;
    assert_eq!((sim.extra_disks().len(), used(&test).await), (0, 2));
    assert_eq!(delete(&test, id).await.unwrap_err().kind(), Kind::Conflict);
});

both_engines!(a_machine_that_goes_leaves_its_disks, |engine| async move {
    let (test, sim) = world(engine).await;
    let web = running(&test, "web").await;
    let (kept, freed) = (made(&test, 5, Some(web)).await, made(&test, 6, Some(web)).await);
    assert_eq!((seen(&test, kept).await.instance_id, sim.extra_disks().iter().filter(|disk| disk.guest.is_some()).count()), (Some(web), 2));
    instance::delete(&test.cx, &test.scope::<InstanceDelete>().await, web, instance::Deletion::default()).await.unwrap();
    detach(&test, freed).await.unwrap();
    finish(&test, DISK_DETACH.name, freed).await;
    assert_eq!(seen(&test, kept).await.instance_id, Some(web), "the machine can be brought back with it");
    finish(&test, "compute.instance.retire", web).await;
    for id in [kept, freed] {
        let disk = seen(&test, id).await;
        assert_eq!((disk.state, disk.instance_id), (DiskState::Ready, None));
    }
    assert_eq!((sim.extra_disks().len(), used(&test).await), (2, 11));
    let db = running(&test, "db").await;
    attach(&test, kept, db).await.unwrap();
    assert_eq!(finish(&test, DISK_ATTACH.name, kept).await.state, Work::Succeeded);
});

both_engines!(what_a_disk_takes_is_announced_without_gap_or_overlap, |engine| async move {
    let (test, _) = world(engine).await;
    let id = made(&test, 10, None).await;
    let from = facts(&test, DISK_CREATED).await[0].at;
    for _ in 0..3 {
        test.clock.advance(Duration::from_secs(61));
        job(&test, "compute.disk.measure").await;
        job(&test, "compute.disk.measure").await;
    }
    test.clock.advance(Duration::from_secs(30));
    grow(&test, id, 30).await.unwrap();
    finish(&test, DISK_GROW.name, id).await;
    test.clock.advance(Duration::from_secs(1_000));
    delete(&test, id).await.unwrap();
    let ended = test.cx.now();
    finish(&test, DISK_DELETE.name, id).await;
    test.clock.advance(Duration::from_secs(600));
    job(&test, "compute.disk.measure").await;
    let spans = announced(&test, id).await;
    assert_eq!(spans.iter().map(|fact| fact.seq).collect::<Vec<_>>(), (1..=i64::try_from(spans.len()).unwrap()).collect::<Vec<_>>());
    assert_eq!((spans[0].from, spans.last().unwrap().to), (from, ended), "from when it was there until it was given up");
    assert!(spans.windows(2).all(|pair| pair[0].to == pair[1].from));
    assert_eq!(spans.iter().map(|fact| fact.size_gib).collect::<Vec<_>>(), [10, 10, 10, 10, 30], "each span at the size of its time");
    assert_eq!(facts(&test, DISK_DELETED).await.len(), 1);
});

both_engines!(parallel_disks_cannot_pass_the_quota, |engine| async move {
    let (test, sim) = world(engine).await;
    test.cx.write(async |tx| setting::write(&tx, LIMITS, &Limits { disk_gib: 100, ..Limits::default() }).await).await.unwrap();
    let region_id = Some(compute::region::all(test.cx.db()).await.unwrap()[0].id);
    let at = test.scope::<DiskCreate>().await;
    let new = NewDisk { name: "data".to_owned(), size_gib: 9, region_id, instance_id: None };
    let asked = futures::future::join_all((0..64).map(|_| disk::create(&test.cx, &at, &new))).await;
    let made = asked.iter().filter(|one| one.is_ok()).count();
    assert_eq!(made, 11);
    assert!(asked.iter().filter_map(|one| one.as_ref().err()).all(|error| error.kind() == Kind::Exhausted), "{asked:?}");
    assert_eq!(used(&test).await, 99);
    let first = asked.iter().find_map(|one| one.as_ref().ok()).unwrap().id;
    finish(&test, DISK_CREATE.name, first).await;
    assert_eq!(grow(&test, first, 11).await.unwrap_err().kind(), Kind::Exhausted, "growing takes from the same room");
    assert_eq!((seen(&test, first).await.state, sim.extra_disks().len()), (DiskState::Ready, 11));
    delete(&test, first).await.unwrap();
    finish(&test, DISK_DELETE.name, first).await;
    assert_eq!(used(&test).await, 90);
});

both_engines!(a_disk_whose_answer_was_lost_is_made_once_and_one_without_room_leaves_nothing, |engine| async move {
    let (test, sim) = world(engine).await;
    let web = running(&test, "web").await;
    for operation in [Operation::CreateDisk, Operation::AttachDisk, Operation::GrowDisk, Operation::DetachDisk, Operation::RemoveDisk] {
        sim.inject(operation, Fault::LoseAnswer);
    }
    let id = made(&test, 5, Some(web)).await;
    assert_eq!((sim.extra_disks().len(), sim.extra_disks()[0].guest.clone()), (1, Some(reference(web))));
    grow(&test, id, 6).await.unwrap();
    assert_eq!(finish(&test, DISK_GROW.name, id).await.state, Work::Succeeded);
    detach(&test, id).await.unwrap();
    assert_eq!(finish(&test, DISK_DETACH.name, id).await.state, Work::Succeeded);
    delete(&test, id).await.unwrap();
    assert_eq!(finish(&test, DISK_DELETE.name, id).await.state, Work::Succeeded);
    assert_eq!((sim.extra_disks(), used(&test).await), (vec![], 2));

    sim.inject(Operation::CreateDisk, Fault::storage_full());
    let full = asked(&test, 7, None).await.unwrap().id;
    assert_eq!(finish(&test, DISK_CREATE.name, full).await.state, Work::Undone);
    let failed = seen(&test, full).await;
    assert!(failed.state == DiskState::Failed && failed.problem.is_some(), "{failed:?}");
    assert_eq!((sim.extra_disks().len(), used(&test).await), (0, 2));
    delete(&test, full).await.unwrap();
    assert_eq!(seen(&test, full).await.state, DiskState::Deleted, "nothing is left to be removed");
    assert!(announced(&test, full).await.is_empty(), "nobody pays for what was never there");
});

both_engines!(a_disk_stays_with_its_node_and_a_machine_has_room_for_eight, |engine| async move {
    let (test, sim) = world(engine).await;
    let (web, other) = (running(&test, "web").await, running(&test, "other").await);
    for _ in 0..DISKS_PER_GUEST {
        made(&test, 1, Some(web)).await;
    }
    let ninth = asked(&test, 1, Some(web)).await.unwrap_err();
    assert_eq!((ninth.kind(), ninth.fields().first().map(|one| one.field.as_str())), (Kind::Conflict, Some("instance_id")));
    let id = made(&test, 1, Some(other)).await;
    assert_eq!(attach(&test, id, other).await.unwrap_err().kind(), Kind::Conflict, "a machine has it already");
    let nobody = InstanceId::from_uuid(uuid::Uuid::from_u128(3));
    assert_eq!(asked(&test, 1, Some(nobody)).await.unwrap_err().fields()[0].field, "instance_id");

    sim.without(Feature::Disks);
    node::enrol(&test.cx).await.unwrap();
    assert_eq!(asked(&test, 1, None).await.unwrap_err().fields()[0].field, "region_id", "nothing there keeps disks any more");
    assert_eq!(asked(&test, 1, Some(other)).await.unwrap_err().kind(), Kind::Conflict);
});

both_engines!(memory_is_not_kept_beside_extra_disks, |engine| async move {
    let (test, _) = world(engine).await;
    let web = running(&test, "web").await;
    let id = made(&test, 1, Some(web)).await;
    let take = async |memory| {
        let at = test.scope::<SnapshotCreate>().await;
        snapshot::create(&test.cx, &at, web, &NewSnapshot { name: "before".to_owned(), memory }).await
    };
    assert_eq!(take(true).await.unwrap_err().kind(), Kind::Conflict);
    take(false).await.unwrap();
    detach(&test, id).await.unwrap();
    finish(&test, DISK_DETACH.name, id).await;
    let kept = take(true).await.unwrap();
    finish(&test, snapshot::SNAPSHOT_CREATE.name, kept.id).await;
    attach(&test, id, web).await.unwrap();
    finish(&test, DISK_ATTACH.name, id).await;
    let at = test.scope::<compute::permissions::SnapshotRestore>().await;
    assert_eq!(snapshot::restore(&test.cx, &at, kept.id).await.unwrap_err().kind(), Kind::Conflict);
});

both_engines!(a_disk_that_nobody_here_knows_is_found_and_left_alone, |engine| async move {
    let (test, sim) = world(engine).await;
    let known = made(&test, 1, None).await;
    sim.create_disk(&DiskSpec { reference: reference("dsk_stray"), gib: 3 }).await.unwrap();
    job(&test, "compute.instance.reconcile").await;
    let nodes = node::list(&test.cx, &test.scope::<compute::permissions::NodeView>().await).await.unwrap();
    assert_eq!(nodes[0].orphans, ["dsk_stray"], "{known} is not among them");
    assert_eq!(sim.extra_disks().len(), 2);
});
