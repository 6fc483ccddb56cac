//! Machines that are ordered along with extra disks.

use billing::payment::PaymentMethod;
use catalogue::order::{self, NewOrder, Order, State};
use catalogue::permissions::OrderCreate;
use compute::disk::{self, DISK_CREATE, Disk, DiskQuery, DiskState, DiskWithMachine};
use compute::permissions::DiskView;
use compute_driver::Feature;
use kernel::{Kind, PageQuery};
use testkit::workflows::run_to_end;
use testkit::{Engine, Test, both_engines};

use super::{books_are_right, finish, payment, seen, wanted, workflows, world};

fn disks(disks: &[(&str, i32)]) -> Vec<DiskWithMachine> {
    disks.iter().map(|(name, size_gib)| DiskWithMachine { name: (*name).to_owned(), size_gib: *size_gib }).collect()
}

async fn placed(test: &Test, with: &[(&str, i32)]) -> kernel::Result<Order> {
    let new = NewOrder { disks: disks(with), ..wanted(&test.cx, "web", PaymentMethod::TestSucceeds).await };
    order::create(&test.cx, &test.scope::<OrderCreate>().await, &new).await
}

async fn shown(test: &Test) -> Vec<Disk> {
    let at = test.scope::<DiskView>().await;
    disk::list(&test.cx, &at, &DiskQuery::default(), &PageQuery::default()).await.unwrap().items
}

both_engines!(a_machine_comes_with_the_disks_that_were_ordered, |engine: Engine| async move {
    let (test, hypervisor) = world(engine).await;
    let order = placed(&test, &[("data", 20), ("logs", 5)]).await.unwrap();
    assert_eq!(seen(&test, order.id).await.disks, disks(&[("data", 20), ("logs", 5)]), "they wait for the machine");
    assert_eq!(shown(&test).await, []);
    let order = finish(&test, order.id).await;
    assert_eq!((order.state, order.problem, order.disks), (State::Active, None, Vec::new()));
    for disk in shown(&test).await {
        run_to_end(&test.cx, &test.clock, workflows, None, DISK_CREATE.name, &disk.id.to_string()).await;
    }
    let made = shown(&test).await;
    assert!(made.iter().all(|disk| disk.state == DiskState::Ready && disk.instance_id == Some(order.instance_id)), "{made:?}");
    let mut names: Vec<_> = made.iter().map(|disk| (disk.name.as_str(), disk.size_gib)).collect();
    names.sort_unstable();
    assert_eq!(names, [("data", 20), ("logs", 5)]);
    assert_eq!(compute_driver::Driver::disks(&hypervisor).await.unwrap().len(), 2);
    books_are_right(&test).await;
});

both_engines!(a_disk_that_cannot_be_had_costs_nobody_the_machine, |engine: Engine| async move {
    let (test, hypervisor) = world(engine).await;
    let order = placed(&test, &[("data", 20)]).await.unwrap();
    // Its node cannot do that any more.
    hypervisor.without(Feature::Disks);
    compute::node::enrol(&test.cx).await.unwrap();
    let order = finish(&test, order.id).await;
    assert_eq!((order.state, order.disks.len()), (State::Active, 0));
    assert!(order.problem.as_deref().unwrap().contains("could not be made"), "{:?}", order.problem);
    assert_eq!(shown(&test).await, []);
    assert!(payment(&test, &order).await.state.is_paid());
    books_are_right(&test).await;
});

both_engines!(disks_that_could_never_come_are_refused_before_anything_is_paid, |engine: Engine| async move {
    let (test, hypervisor) = world(engine).await;
    for (with, word) in [(&[("data", 20), ("", 5)][..], "disk 2: "), (&[("data", 0)], "disk 1: "), (&[("d", 1); 9], "at most 8")] {
        let refused = placed(&test, with).await.unwrap_err();
        let field = &refused.fields()[0];
        assert!(field.field == "disks" && field.message.contains(word), "{field:?}");
    }
    let too_much = placed(&test, &[("data", 10_000)]).await.unwrap_err();
    assert_eq!(too_much.kind(), Kind::Exhausted, "the quota is asked for machine and disks together");
    hypervisor.without(Feature::Disks);
    compute::node::enrol(&test.cx).await.unwrap();
    assert_eq!(placed(&test, &[("data", 20)]).await.unwrap_err().fields()[0].field, "disks");
    assert!(placed(&test, &[]).await.is_ok());
});
