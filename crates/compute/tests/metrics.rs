//! What machines did, from the hypervisor's counters to the points of a chart: gaps, sums by the hour, bounds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use compute::instance::{self, NewInstance, PROVISION, Shape, SizeId, Source};
use compute::metric::{self, Last, MetricQuery, Metrics};
use compute::permissions::{InstanceStart, MetricView};
use compute::{Drivers, InstanceId, node};
use compute_driver::simulated::{Fault, Operation, Simulated};
use compute_driver::{Driver, DriverError, Reference};
use kernel::cx::Extensions;
use kernel::db::STATEMENTS;
use kernel::id::Id;
use kernel::{Kind, Timestamp};
use testkit::workflows::run_to_end;
use testkit::{Engine, Test, both_engines};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti me@home";
const MINUTE: Duration = Duration::from_secs(60);
/// The begin of an hour.
const BEGIN: Timestamp = Timestamp(1_800_000_000_000_000);

async fn world(engine: Engine) -> (Test, Simulated, InstanceId) {
    let hypervisor = Simulated::new();
    let drivers = Drivers::new().with("node-1", "local", Arc::new(hypervisor.clone()));
    let test = Test::with(engine, vec![audit::module(), compute::module()], Extensions::default().with(drivers)).await;
    test.clock.set(BEGIN);
    node::enrol(&test.cx).await.unwrap();
    let at = test.scope::<InstanceStart>().await;
    let (regions, templates) = (compute::region::all(test.cx.db()).await.unwrap(), compute::template::all(test.cx.db()).await.unwrap());
    let new = NewInstance {
        hostname: "web".to_owned(),
        ssh_public_key: KEY.to_owned(),
        shape: Shape {
            size_id: SizeId::from_uuid(uuid::Uuid::from_u128(7)),
            size_name: "Small".to_owned(),
            cpus: 2,
            memory_mib: 256,
            disk_gib: 2,
            class: None,
        },
        source: Source::Template(templates.iter().find(|one| one.name == "tiny").unwrap().id),
        region_id: regions[0].id,
        user_data: None,
        tags: Vec::new(),
    };
    let machine = test.cx.write(async |tx| {
        let machine = instance::create(&tx, &at, &new).await?;
        instance::provision(&tx, &at, machine.id).await?;
        Ok(machine.id)
    });
    let id = machine.await.unwrap();
    run_to_end(&test.cx, &test.clock, compute::workflows, None, PROVISION.name, &id.to_string()).await;
    test.clock.set(BEGIN);
    (test, hypervisor, id)
}

async fn job(test: &Test, name: &str) -> usize {
    let job = compute::JOBS.iter().find(|job| job.name == name).unwrap();
    (job.run)(test.cx.clone()).await.unwrap()
}

/// Time passes here and at the hypervisor, and is measured every minute.
async fn pass(test: &Test, hypervisor: &Simulated, minutes: u32) {
    for _ in 0..minutes {
        test.clock.advance(MINUTE);
        hypervisor.advance(MINUTE);
        job(test, "compute.reading.measure").await;
    }
}

async fn asked(test: &Test, id: InstanceId, query: MetricQuery) -> kernel::Result<Metrics> {
    metric::view(&test.cx, &test.scope::<MetricView>().await, id, &query).await
}

async fn last(test: &Test, id: InstanceId, last: Last) -> Metrics {
    asked(test, id, MetricQuery { last: Some(last), ..MetricQuery::default() }).await.unwrap()
}

fn shown<T>(points: &[Option<T>]) -> usize {
    points.iter().filter(|point| point.is_some()).count()
}

both_engines!(a_machine_that_runs_is_drawn_minute_by_minute, |engine| async move {
    let (test, hypervisor, id) = world(engine).await;
    let empty = last(&test, id, Last::Hour).await;
    assert!(empty.at.len() == 60 && empty.series.cpu_percent.iter().all(Option::is_none), "nothing is made up: {empty:?}");
    pass(&test, &hypervisor, 21).await;
    let seen = last(&test, id, Last::Hour).await;
    assert_eq!((seen.at.len(), seen.step, seen.memory_total_bytes), (60, 60, 256 << 20));
    assert_eq!(seen.at[59].plus(MINUTE), test.cx.now());
    let series = &seen.series;
    assert_eq!((shown(&series.cpu_percent), shown(&series.sent), shown(&series.disk_written)), (20, 20, 20));
    let (least, most) = series.cpu_percent.iter().flatten().fold((100.0, 0.0), |(least, most): (f64, f64), one| (least.min(*one), most.max(*one)));
    assert!(least >= 5.0 && most <= 50.0 && most - least > 20.0, "{least} to {most}");
    assert!(series.memory_bytes.iter().flatten().all(|bytes| (96 << 20..=128 << 20).contains(bytes)));
    assert!(series.received.iter().flatten().all(|rate| *rate >= 1_000 / 2));
});

both_engines!(what_was_not_measured_is_a_gap_and_never_a_spike, |engine| async move {
    let (test, hypervisor, id) = world(engine).await;
    pass(&test, &hypervisor, 5).await;
    // Nobody answers for three minutes, and much is sent meanwhile.
    hypervisor.inject(Operation::Measure, Fault::Fail(DriverError::unavailable("away")));
    hypervisor.inject(Operation::Measure, Fault::Fail(DriverError::unavailable("away")));
    pass(&test, &hypervisor, 2).await;
    hypervisor.advance(Duration::from_secs(86_400));
    pass(&test, &hypervisor, 5).await;
    // The guest is switched off and on within a minute: its counters begin anew.
    let reference = Reference::parse(&id.to_string()).unwrap();
    hypervisor.stop(&reference).await.unwrap();
    hypervisor.start(&reference).await.unwrap();
    pass(&test, &hypervisor, 3).await;
    let series = last(&test, id, Last::Hour).await.series;
    let tail: Vec<bool> = series.sent[45..].iter().map(Option::is_some).collect();
    let (gap, there) = (false, true);
    assert_eq!(tail, [gap, there, there, there, there, gap, gap, gap, there, there, there, there, gap, there, there]);
    assert!(series.sent.iter().flatten().all(|rate| *rate < 100_000), "{:?}", series.sent);
});

both_engines!(hours_are_summed_up_once_and_agree_with_their_minutes, |engine| async move {
    let (test, hypervisor, id) = world(engine).await;
    pass(&test, &hypervisor, 185).await;
    let before = last(&test, id, Last::Week).await;
    assert_eq!((job(&test, "compute.metric.roll_up").await, job(&test, "compute.metric.roll_up").await), (3, 0));
    let after = last(&test, id, Last::Week).await;
    assert_eq!((before.at.len(), after.step, shown(&after.series.cpu_percent)), (169, 3_600, 4));
    assert_eq!(before, after, "an hour says what its minutes said");
    pass(&test, &hypervisor, 60).await;
    assert_eq!(job(&test, "compute.metric.roll_up").await, 1);
    assert_eq!(shown(&last(&test, id, Last::Month).await.series.sent), 3);
});

both_engines!(an_answer_is_bounded_and_takes_few_statements, |engine| async move {
    let (test, hypervisor, id) = world(engine).await;
    pass(&test, &hypervisor, 130).await;
    job(&test, "compute.metric.roll_up").await;
    let at = test.scope::<MetricView>().await;
    for last in [Last::Hour, Last::SixHours, Last::Day, Last::Week, Last::Month] {
        let counter = Arc::new(AtomicU64::new(0));
        let query = MetricQuery { last: Some(last), ..MetricQuery::default() };
        let seen = STATEMENTS.scope(counter.clone(), metric::view(&test.cx, &at, id, &query)).await.unwrap();
        assert!(seen.at.len() <= 400 && seen.at.len() == seen.series.received.len() && shown(&seen.series.sent) > 0, "{last:?}");
        assert!(counter.load(Ordering::Relaxed) <= 4, "{last:?}: {counter:?}");
    }
    let many = MetricQuery { last: Some(Last::Day), step: Some(60), ..MetricQuery::default() };
    assert_eq!(asked(&test, id, many).await.unwrap_err().fields()[0].field, "step");
    let unknown = asked(&test, InstanceId::from_uuid(uuid::Uuid::from_u128(9)), MetricQuery::default()).await.unwrap_err();
    assert_eq!(unknown.kind(), Kind::NotFound);
});

both_engines!(one_minute_of_many_machines_is_few_statements, |engine| async move {
    let (test, hypervisor, id) = world(engine).await;
    pass(&test, &hypervisor, 1).await;
    let said = hypervisor.measure(&Reference::parse(&id.to_string()).unwrap()).await.unwrap();
    let machine = |number: u128| InstanceId::from_uuid(uuid::Uuid::from_u128(number));
    let samples: Vec<_> = (1..=1_200).map(|number| metric::Sample::of(machine(number), 2, &said, test.cx.now())).collect();
    let counter = Arc::new(AtomicU64::new(0));
    STATEMENTS.scope(counter.clone(), metric::record(&test.cx, &samples)).await.unwrap();
    assert!(counter.load(Ordering::Relaxed) <= 6, "{counter:?}");
    metric::record(&test.cx, &samples).await.unwrap();
});
