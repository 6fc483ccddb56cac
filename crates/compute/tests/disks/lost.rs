//! Disks that go from their node by nobody's wish: found, free of charge, back again, or given up.

use std::time::Duration;

use compute::disk::{self, DISK_DELETE, DiskPatch, DiskState};
use compute::events::{DISK_DELETED, DISK_LOST};
use compute::finding::{self, Finding, FindingKind, FindingRepair, Repair};
use compute::permissions::{DiskUpdate, FindingRepair as MayRepair, FindingView};
use compute_driver::simulated::{Fault, Operation};
use compute_driver::{Driver, DriverError, Feature};
use kernel::{Kind, PageQuery};
use testkit::{Test, both_engines};
use workflow::operation::State as Work;

use super::{announced, attach, delete, detach, facts, finish, grow, job, made, reference, running, seen, used, world};

async fn look(test: &Test) {
    job(test, "compute.instance.reconcile").await;
}

async fn open(test: &Test) -> Vec<Finding> {
    finding::list(&test.cx, &test.scope::<FindingView>().await, &PageQuery::default()).await.unwrap().items
}

/// What the operator is shown after a while.
async fn found(test: &Test) -> Vec<Finding> {
    look(test).await;
    test.clock.advance(Duration::from_secs(120));
    look(test).await;
    open(test).await
}

both_engines!(a_disk_that_went_is_lost_and_costs_nothing_until_it_is_back, |engine| async move {
    let (test, sim) = world(engine).await;
    let web = running(&test, "web").await;
    let (id, stays) = (made(&test, 10, Some(web)).await, made(&test, 1, None).await);
    test.clock.advance(Duration::from_secs(90));
    let gone = sim.lose_disk(&reference(id)).unwrap();
    look(&test).await;
    let lost_at = test.cx.now();
    let lost = seen(&test, id).await;
    assert_eq!((lost.state, lost.instance_id, seen(&test, stays).await.state), (DiskState::Lost, Some(web), DiskState::Ready));
    assert!(lost.problem.is_some_and(|why| why.contains("costs nothing")));
    assert_eq!(open(&test).await, [], "a list may lag");
    for refused in [attach(&test, id, web).await.err(), detach(&test, id).await.err(), grow(&test, id, 20).await.err()] {
        assert_eq!(refused.map(|error| error.kind()), Some(Kind::Conflict));
    }
    let finding = found(&test).await.remove(0);
    assert_eq!((finding.kind, finding.reference.clone()), (FindingKind::DiskGone, Some(id.to_string())));
    for _ in 0..3 {
        test.clock.advance(Duration::from_secs(600));
        job(&test, "compute.disk.measure").await;
        look(&test).await;
    }
    assert_eq!(announced(&test, id).await.last().unwrap().to, lost_at, "nothing after it was found gone");
    assert_eq!((used(&test).await, facts(&test, DISK_LOST).await.len()), (13, 1), "its room is kept for it, and it is told once");

    sim.bring_disk_back(gone);
    look(&test).await;
    let back_at = test.cx.now();
    let back = seen(&test, id).await;
    assert_eq!((back.state, back.instance_id, back.problem), (DiskState::Ready, Some(web), None));
    assert_eq!(open(&test).await, []);
    test.clock.advance(Duration::from_secs(60));
    job(&test, "compute.disk.measure").await;
    let spans = announced(&test, id).await;
    let after = spans.last().unwrap();
    assert_eq!((after.from, after.to), (back_at, test.cx.now()), "and from when it was back");
    assert!(spans.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1));
    detach(&test, id).await.unwrap();
    assert_eq!(finish(&test, "compute.disk.detach", id).await.state, Work::Succeeded);
});

both_engines!(a_hypervisor_that_says_nothing_of_disks_has_lost_none, |engine| async move {
    let (test, sim) = world(engine).await;
    let id = made(&test, 10, None).await;
    sim.suffer(Some(DriverError::unavailable("no route to host")));
    look(&test).await;
    sim.suffer(None);
    // A list that lies is followed by a look for the disk alone.
    sim.inject(Operation::Disks, Fault::Lie);
    look(&test).await;
    assert_eq!(seen(&test, id).await.state, DiskState::Ready);
    sim.without(Feature::Disks);
    look(&test).await;
    assert_eq!((seen(&test, id).await.state, facts(&test, DISK_LOST).await.len()), (DiskState::Ready, 0));
});

both_engines!(a_lost_disk_is_given_up_by_its_name, |engine| async move {
    let (test, sim) = world(engine).await;
    let web = running(&test, "web").await;
    let id = made(&test, 10, Some(web)).await;
    sim.lose_disk(&reference(id));
    let finding = found(&test).await.remove(0);
    let may = test.scope::<MayRepair>().await;
    let repair = |confirm: Option<&str>| FindingRepair { repair: Repair::Accept, confirm: confirm.map(str::to_owned) };
    let unconfirmed = finding::repair(&test.cx, &may, finding.id, &repair(Some("yes"))).await.unwrap_err();
    assert_eq!(unconfirmed.fields()[0].field, "confirm");
    let confirmed = repair(Some(id.to_string().as_str()));
    finding::repair(&test.cx, &may, finding.id, &confirmed).await.unwrap();
    assert_eq!(finding::repair(&test.cx, &may, finding.id, &confirmed).await.unwrap_err().kind(), Kind::Conflict, "once is enough");
    assert_eq!(finish(&test, DISK_DELETE.name, id).await.state, Work::Succeeded);
    let gone = seen(&test, id).await;
    assert_eq!((gone.state, gone.instance_id, gone.problem, used(&test).await), (DiskState::Deleted, None, None, 2));
    assert_eq!(facts(&test, DISK_DELETED).await.len(), 1, "its contract ends");
    look(&test).await;
    assert_eq!(open(&test).await, []);
});

// The owner need not wait for anybody, also while the machine counts on it; should it turn up with its machine, it goes.
both_engines!(an_owner_deletes_what_was_lost_wherever_it_turns_up, |engine| async move {
    let (test, sim) = world(engine).await;
    let web = running(&test, "web").await;
    let id = made(&test, 10, Some(web)).await;
    let gone = sim.lose_disk(&reference(id)).unwrap();
    look(&test).await;
    delete(&test, id).await.unwrap();
    assert!(gone.guest.is_some());
    sim.bring_disk_back(gone);
    assert_eq!(finish(&test, DISK_DELETE.name, id).await.state, Work::Succeeded);
    assert_eq!((seen(&test, id).await.state, sim.disks().await.unwrap(), used(&test).await), (DiskState::Deleted, vec![], 2));
});

both_engines!(a_disk_is_renamed_whatever_its_state, |engine| async move {
    let (test, sim) = world(engine).await;
    let id = made(&test, 1, None).await;
    sim.lose_disk(&reference(id));
    look(&test).await;
    let at = test.scope::<DiskUpdate>().await;
    let renamed = disk::update(&test.cx, &at, id, &DiskPatch { name: " mail ".to_owned() }).await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.state), ("mail", DiskState::Lost));
    for wrong in [" ".to_owned(), "x".repeat(101)] {
        let refused = disk::update(&test.cx, &at, id, &DiskPatch { name: wrong }).await.unwrap_err();
        assert_eq!(refused.fields()[0].field, "name");
    }
});
