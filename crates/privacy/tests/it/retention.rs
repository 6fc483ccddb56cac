//! The sweeper one second before and after a term, and the promises that watch it.

use std::time::Duration;

use kernel::Timestamp;
use sea_orm::ConnectionTrait;
use testkit::{both_engines, covers};

use crate::toy::World;

const DAY: u64 = 86_400;

async fn set(world: &World, sql: &str) {
    let sql = sql.to_owned();
    world
        .cx()
        .write(async |tx| {
            tx.db().execute_unprepared(&sql).await?;
            Ok(())
        })
        .await
        .unwrap();
}

async fn ips(world: &World) -> i64 {
    let row = world.cx().db().query_one_raw(sea_orm::Statement::from_string(world.cx().database().backend(), "SELECT COUNT(ip) AS n FROM toy_sighting")).await;
    row.unwrap().unwrap().try_get("", "n").unwrap()
}

both_engines!(rows_go_at_their_term_and_not_before, |engine| async move {
    covers!(13, 264, 265);
    let world = World::on(engine).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    let began: Timestamp = world.cx().now();
    set(&world, &format!("UPDATE toy_note SET ended_at = {}", began.0)).await;

    world.test.clock.set(began.plus(Duration::from_secs(14 * DAY - 1)));
    privacy::retention::sweep(world.cx()).await.unwrap();
    assert_eq!(ips(&world).await, 1, "a second before");
    world.test.clock.set(began.plus(Duration::from_secs(14 * DAY + 1)));
    privacy::retention::sweep(world.cx()).await.unwrap();
    assert_eq!((ips(&world).await, world.count("toy_sighting").await), (0, 1), "a second after: the address is gone, the row stays");

    world.test.clock.set(began.plus(Duration::from_secs(30 * DAY - 1)));
    privacy::retention::sweep(world.cx()).await.unwrap();
    assert_eq!((world.count("toy_note").await, world.count("toy_attachment").await), (1, 1));
    world.test.clock.set(began.plus(Duration::from_secs(30 * DAY + 1)));
    privacy::retention::sweep(world.cx()).await.unwrap();
    assert_eq!((world.count("toy_note").await, world.count("toy_attachment").await), (0, 0), "with what belongs through it");

    world.test.clock.set(began.plus(Duration::from_secs(3650 * DAY - 1)));
    privacy::retention::sweep(world.cx()).await.unwrap();
    assert_eq!(world.count("toy_invoice").await, 1, "the law's term counts");
    world.test.clock.set(began.plus(Duration::from_secs(3650 * DAY + 1)));
    privacy::retention::sweep(world.cx()).await.unwrap();
    assert_eq!(world.count("toy_invoice").await, 0);
    assert_eq!(world.count("toy_person").await, 1, "with the account, not by time");
});

both_engines!(promises_hold_and_each_can_break, |engine| async move {
    covers!(61, 336);
    let world = World::on(engine).await;
    let cx = world.cx();
    assert_eq!(world.test.lint().await, Vec::<String>::new());
    privacy::policy::publish(cx).await.unwrap();
    privacy::retention::sweep(cx).await.unwrap();
    world.fill(world.person, world.organisation, "CANARY").await;
    let holds = async |key: &str| privacy::promise::verify(cx).await.unwrap().into_iter().find(|one| one.key == key).unwrap().holds;
    for one in privacy::promise::verify(cx).await.unwrap() {
        assert!(one.holds, "{one:?}");
    }
    world.test.clock.advance(Duration::from_secs(15 * DAY));
    assert!(!holds("retention.kept").await, "an address past its term");
    assert!(!holds("retention.running").await, "the sweeper did not run for days");
    privacy::retention::sweep(cx).await.unwrap();
    assert!(holds("retention.kept").await && holds("retention.running").await);

    let id = match engine {
        testkit::Engine::Sqlite => "x'00000000000000000000000000000001'",
        testkit::Engine::Postgres => "'00000000-0000-0000-0000-000000000001'",
    };
    set(&world, &format!("INSERT INTO kernel_disclosure (id, recipient, purpose, host, entries, at) VALUES ({id}, 'ads', 'marketing', 'h', '', 1)")).await;
    assert!(!holds("egress.declared").await);
    set(
        &world,
        &format!(
            "INSERT INTO kernel_access (id, owner_kind, owner_id, staff_id, purpose, permission, at) VALUES ({id}, 'person', {id}, {id}, 'curiosity', 'x', 1)"
        ),
    )
    .await;
    assert!(!holds("staff.logged").await);
    set(&world, "UPDATE privacy_policy_version SET digest = 'edited'").await;
    assert!(!holds("policy.published").await);
    set(&world, "UPDATE audit_leaf SET data = 'edited' WHERE id = 0").await;
    assert!(!holds("log.intact").await);
});

both_engines!(a_sweeper_that_stops_raises_one_alarm, |engine| async move {
    let world = World::on(engine).await;
    let cx = world.cx();
    let watch = privacy::retention::watch::watch;
    assert_eq!(watch(cx).await.unwrap(), 0, "it has just begun");
    world.test.clock.advance(privacy::retention::EVERY * 3);
    assert_eq!(watch(cx).await.unwrap(), 0, "to the second");
    world.test.clock.advance(Duration::from_secs(1));
    assert_eq!(watch(cx).await.unwrap(), 1, "it never ran");
    assert_eq!(watch(cx).await.unwrap(), 0, "one alarm for one stop");
    privacy::retention::sweep(cx).await.unwrap();
    assert_eq!(watch(cx).await.unwrap(), 0, "it runs again");
    world.test.clock.advance(privacy::retention::EVERY * 3 + Duration::from_secs(1));
    assert_eq!((watch(cx).await.unwrap(), watch(cx).await.unwrap()), (1, 0), "it stopped again");
});
