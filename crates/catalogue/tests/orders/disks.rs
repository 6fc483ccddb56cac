//! What extra disks cost: shown before, billed by the hour from when one is there until it is given up, at the price of when it was made.

use std::time::Duration;

use billing::permissions::UsageView;
use billing::usage::{self, Usage};
use catalogue::disk_price::{self, DiskPricePatch};
use catalogue::disk_quote::{self, NewDiskQuote};
use catalogue::permissions::DiskQuoteCreate;
use compute::DiskId;
use compute::disk::{self, DISK_CREATE, DISK_DELETE, DISK_GROW, DiskSize, NewDisk};
use compute::permissions::{DiskCreate, DiskDelete, DiskGrow};
use kernel::{ByWorkflow, Currency, Kind, Money, Place, Scope};
use testkit::workflows::run_to_end;
use testkit::{Engine, Test, both_engines};

use super::{books_are_right, deliver, workflows, world};

const HOUR: Duration = Duration::from_secs(3_600);

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::from_code("EUR").unwrap())
}

async fn priced(test: &Test, minor: i64, currency: &str) -> kernel::Result<disk_price::DiskPrice> {
    let at = Scope::<ByWorkflow>::acting("catalogue.disk_price.update", Place::Platform);
    disk_price::update(&test.cx, &at, DiskPricePatch { gib_month: Money::new(minor, Currency::from_code(currency).unwrap()) }).await
}

async fn made(test: &Test, size_gib: i32) -> DiskId {
    let region_id = Some(compute::region::all(test.cx.db()).await.unwrap()[0].id);
    let new = NewDisk { name: "data".to_owned(), size_gib, region_id, instance_id: None };
    let id = disk::create(&test.cx, &test.scope::<DiskCreate>().await, &new).await.unwrap().id;
    ended(test, DISK_CREATE.name, id).await;
    id
}

async fn ended(test: &Test, kind: &str, id: DiskId) {
    run_to_end(&test.cx, &test.clock, workflows, None, kind, &id.to_string()).await;
    deliver(test).await;
}

/// Lets an hour pass, a minute at a time, and counts it.
async fn hours(test: &Test, count: u32) {
    for _ in 0..count {
        test.clock.advance(HOUR);
        (compute::JOBS.iter().find(|job| job.name == "compute.disk.measure").unwrap().run)(test.cx.clone()).await.unwrap();
        deliver(test).await;
    }
}

async fn used(test: &Test) -> Usage {
    usage::view(&test.cx, &test.scope::<UsageView>().await).await.unwrap()
}

/// GiB hours of the disk, as people read them.
async fn gib_hours(test: &Test, id: DiskId) -> f64 {
    let usage = used(test).await;
    usage.metered.iter().filter(|one| one.resource_id == id.to_string()).map(|one| one.disk_gib_hours.parse::<f64>().unwrap()).sum()
}

both_engines!(a_disk_is_billed_by_the_hour_whether_it_is_attached_or_not, |engine: Engine| async move {
    let (test, _) = world(engine).await;
    let quote = disk_quote::create(&test.cx, &test.scope::<DiskQuoteCreate>().await, NewDiskQuote { size_gib: 100 }).await.unwrap();
    assert_eq!((quote.net, quote.due_now), (euros(500), euros(0)), "5 cents a GiB and month where the operator said nothing");
    let id = made(&test, 100).await;
    hours(&test, 10).await;
    let before = gib_hours(&test, id).await;
    assert!((1_000.0..1_010.0).contains(&before), "{before}");

    // Growing costs from when the room is there.
    disk::grow(&test.cx, &test.scope::<DiskGrow>().await, id, DiskSize { size_gib: 300 }).await.unwrap();
    ended(&test, DISK_GROW.name, id).await;
    let grown = gib_hours(&test, id).await;
    hours(&test, 10).await;
    let after = gib_hours(&test, id).await;
    assert!((after - grown - 3_000.0).abs() < 10.0, "{grown} {after}");

    disk::delete(&test.cx, &test.scope::<DiskDelete>().await, id).await.unwrap();
    deliver(&test).await;
    let last = gib_hours(&test, id).await;
    ended(&test, DISK_DELETE.name, id).await;
    hours(&test, 5).await;
    assert!((gib_hours(&test, id).await - last).abs() < f64::EPSILON, "nothing is counted once it is given up");
    let line = used(&test).await.lines.into_iter().find(|line| line.resource_id == id.to_string()).unwrap();
    assert_eq!((line.description.as_str(), line.unit.as_str()), ("Extra disk, kept", "GiB hour"));
    // 0.05 EUR for 730 hours of a GiB.
    assert_eq!(line.amount, euros((last * 5.0 / 730.0).round() as i64));
    books_are_right(&test).await;
});

both_engines!(a_disk_keeps_the_price_that_it_was_made_at, |engine: Engine| async move {
    let (test, _) = world(engine).await;
    let cheap = made(&test, 100).await;
    assert_eq!(priced(&test, 50, "EUR").await.unwrap().gib_month, euros(50));
    let dear = made(&test, 100).await;
    hours(&test, 73).await;
    let lines = used(&test).await.lines;
    let of = |id: DiskId| lines.iter().find(|line| line.resource_id == id.to_string()).unwrap().amount.minor;
    assert!((50..=51).contains(&of(cheap)), "{lines:?}");
    assert!((500..=501).contains(&of(dear)), "{lines:?}");
    for wrong in [priced(&test, -1, "EUR").await, priced(&test, 5, "USD").await] {
        assert_eq!(wrong.unwrap_err().kind(), Kind::Invalid);
    }
});
