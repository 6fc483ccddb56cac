//! What the operator offers: sizes of its own, some for nodes of a class.

use catalogue::order::{self, NewOrder, Order, State};
use catalogue::permissions::{OrderCreate, SizeChangeCreate, SizeChangeQuote as MayQuote, SizeCreate, SizeUpdate, SizeViewAny};
use catalogue::size::{self, NewSize, Size, SizePatch};
use catalogue::size_change::{self, NewSizeChange};
use compute::node::{self, NodePatch};
use compute::permissions::NodeUpdate;
use kernel::{Currency, Kind, Money};
use testkit::{Engine, Test, both_engines};

use super::{PaymentMethod, finish, wanted, world};

fn fast(class: Option<&str>) -> NewSize {
    let euros = |minor| Money::new(minor, Currency::from_code("EUR").unwrap());
    NewSize { name: "Fast".to_owned(), cpus: 2, memory_mib: 512, disk_gib: 5, monthly: euros(2_000), hourly: euros(4), class: class.map(str::to_owned) }
}

async fn offered(test: &Test, new: &NewSize) -> kernel::Result<Size> {
    size::create(&test.cx, &test.scope::<SizeCreate>().await, new).await
}

async fn classified(test: &Test, class: &str) {
    let id = node::all(test.cx.db()).await.unwrap()[0].id;
    let patch = NodePatch { class: Some(class.to_owned()), ..NodePatch::default() };
    node::update(&test.cx, &test.scope::<NodeUpdate>().await, id, &patch).await.unwrap();
}

async fn placed(test: &Test, hostname: &str, size: &Size) -> kernel::Result<Order> {
    let new = NewOrder { size_id: size.id, ..wanted(&test.cx, hostname, PaymentMethod::TestSucceeds).await };
    order::create(&test.cx, &test.scope::<OrderCreate>().await, &new).await
}

both_engines!(the_operator_offers_a_size_and_takes_it_off_sale, |engine: Engine| async move {
    let (test, _) = world(engine).await;
    let made = offered(&test, &fast(None)).await.unwrap();
    let order = placed(&test, "web", &made).await.unwrap();
    assert_eq!((finish(&test, order.id).await.state, order.size.name.as_str()), (State::Active, "Fast"));

    let patch = SizePatch { visible: Some(false), ..SizePatch::default() };
    size::update(&test.cx, &test.scope::<SizeUpdate>().await, made.id, patch).await.unwrap();
    assert!(size::visible(test.cx.db()).await.unwrap().iter().all(|one| one.id != made.id));
    let all = size::list(&test.cx, &test.scope::<SizeViewAny>().await).await.unwrap();
    assert!(all.iter().any(|one| one.id == made.id && !one.visible), "the operator sees it still, and can offer it again");
    assert_eq!(placed(&test, "web-2", &made).await.unwrap_err().fields()[0].field, "size_id");
});

both_engines!(a_size_that_makes_no_sense_is_refused_at_each_field, |engine: Engine| async move {
    let (test, _) = world(engine).await;
    let dollars = Money::new(1, Currency::from_code("USD").unwrap());
    let wrong = NewSize { name: " ".to_owned(), cpus: 0, memory_mib: 1, disk_gib: 0, monthly: dollars, hourly: dollars, class: Some("NVMe drives".to_owned()) };
    let fields: Vec<_> = offered(&test, &wrong).await.unwrap_err().fields().iter().map(|field| field.field.clone()).collect();
    assert_eq!(fields, ["name", "cpus", "memory_mib", "disk_gib", "class", "monthly", "hourly"]);
    offered(&test, &fast(None)).await.unwrap();
    let again = offered(&test, &fast(None)).await.unwrap_err();
    assert_eq!((again.kind(), again.fields()[0].field.as_str()), (Kind::Conflict, "name"));
});

both_engines!(machines_go_to_nodes_of_their_sizes_class_and_to_no_others, |engine: Engine| async move {
    let (test, _) = world(engine).await;
    let (fast, plain) = (offered(&test, &fast(Some("nvme"))).await.unwrap(), size::visible(test.cx.db()).await.unwrap().remove(0));
    let refused = placed(&test, "early", &fast).await.unwrap_err();
    assert_eq!(refused.fields()[0].field, "region_id", "no node of the region is for such machines");

    let order = placed(&test, "plain", &plain).await.unwrap();
    let plain_machine = finish(&test, order.id).await.instance_id;
    classified(&test, "nvme").await;
    let order = placed(&test, "fast", &fast).await.unwrap();
    assert_eq!(finish(&test, order.id).await.state, State::Active);
    let order = placed(&test, "plain-2", &plain).await.unwrap();
    assert_eq!(finish(&test, order.id).await.state, State::Failed, "the only node is for others now");

    let other = size::visible(test.cx.db()).await.unwrap().into_iter().find(|one| one.class.is_none() && one.id != plain.id).unwrap();
    let due_now = size_change::quote(&test.cx, &test.scope::<MayQuote>().await, plain_machine, other.id).await.unwrap().due_now;
    let change = NewSizeChange { size_id: other.id, due_now, payment_method: PaymentMethod::TestSucceeds };
    let refused = size_change::create(&test.cx, &test.scope::<SizeChangeCreate>().await, plain_machine, &change).await.unwrap_err();
    assert_eq!(refused.fields()[0].field, "size_id", "its node is for others now");

    classified(&test, "").await;
    let order = placed(&test, "plain-3", &plain).await.unwrap();
    assert_eq!(finish(&test, order.id).await.state, State::Active);
});
