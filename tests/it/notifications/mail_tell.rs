//! Mails that follow from what happens: each comes, once, also when events are delivered again.

use std::time::Duration;

use sea_orm::ConnectionTrait;
use serde_json::json;
use testkit::both_engines;

use crate::world::World;

/// Subjects in the mailbox, for one address.
async fn subjects(world: &World) -> Vec<String> {
    let page = world.visitor().text("/demo/mailbox").await;
    page.split("<h2>").skip(1).filter_map(|part| part.split("</h2>").next()).map(str::to_owned).collect()
}

both_engines!(each_mail_comes_once_though_events_come_twice, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Canary").await;
    let machine = world.machine(&ada, "canary-host").await;
    let mut declined = world.smallest_order(&ada, "second", "test_declines").await;
    declined["cycle"] = json!("hourly");
    let order = ada.post("/v1/orders", &declined).await;
    ada.until(&format!("/v1/orders/{}", order.text_at("/id")), |order| order["state"] == "payment_failed").await;
    let export = ada.post("/v1/privacy/exports", &json!({})).await;
    ada.operation(export.text_at("/operation_id")).await;
    let deleted = ada.delete(&format!("/v1/instances/{machine}")).await;
    assert!(deleted.status < 300, "{deleted:?}");
    world.clock.advance(Duration::from_secs(700));
    ada.until(&format!("/v1/instances/{machine}"), |machine| machine["state"] == "deleted").await;
    world.told().await;

    let expected = [
        "Invoice 2026-000001",
        "Payment received",
        "Your payment did not work",
        "canary-host is ready",
        "canary-host is deleted",
        "Your data is ready to download",
    ];
    let found = subjects(&world).await;
    for subject in expected {
        let subject = subject.split(' ').next_back().unwrap();
        let count = found.iter().filter(|one| one.ends_with(subject)).count();
        assert_eq!(count, 1, "{subject} in {found:?}");
    }
    assert!(!found.iter().any(|one| one.contains("failed")), "a machine that was never paid for is no failed machine: {found:?}");

    // Nothing in an event says more than who and what by id.
    let leaked = "SELECT COUNT(*) AS n FROM kernel_event WHERE payload LIKE '%canary%' OR payload LIKE '%Canary%' OR payload LIKE '%example.org%'";
    assert_eq!(world.number(leaked).await, 0);

    let before = world.number("SELECT COUNT(*) AS n FROM notifications_mail").await;
    world
        .cx
        .write(async |tx| {
            tx.db().execute_unprepared("UPDATE kernel_event SET delivered_at = NULL").await?;
            tx.wake_after_commit();
            Ok(())
        })
        .await
        .unwrap();
    world.told().await;
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM notifications_mail").await, before, "{:?}", subjects(&world).await);
});
