//! The database goes away for a while and comes back: nothing crashes, nothing is lost, nobody has to help.

use std::time::{Duration, Instant};

use compute_driver::Driver;
use serde_json::json;

use crate::world::World;

const CUT: Duration = Duration::from_secs(30);
/// The longest wait for a connection, and some room.
const PATIENCE: Duration = Duration::from_secs(9);
/// A step that was cut off is taken up when its lease ends.
const RECOVERY: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_told_to_come_back_and_work_goes_on_by_itself() {
    let (world, line) = World::behind_a_line().await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let order = world.smallest_order(&ada, "through-the-storm", "test_succeeds").await;
    let ordered = ada.post_with_key("/v1/orders", &order, "storm").await;
    assert_eq!(ordered.status, 202, "{ordered:?}");

    let token = ada.post("/v1/api-tokens", &json!({ "name": "program" })).await;
    let program = ada.with_token(token.text_at("/secret"));

    line.cut();
    let mut next = order.clone();
    next["hostname"] = "after-the-storm".into();
    let mut ticks = tokio::time::interval(Duration::from_millis(500));
    let began = Instant::now();
    while began.elapsed() < CUT {
        ticks.tick().await;
        for (who, path) in [(&ada, "/v1/instances"), (&ada, "/v1/regions"), (&program, "/v1/instances")] {
            let asked = Instant::now();
            let answer = who.get(path).await;
            assert_eq!(answer.status, 503, "{path} without a database: {answer:?}");
            assert!(answer.headers.contains_key("retry-after"), "{path} does not say when to come back: {answer:?}");
            assert!(answer.text_at("/detail").contains("try again"), "{answer:?}");
            assert!(asked.elapsed() < PATIENCE, "{path} took {:?} to refuse", asked.elapsed());
        }
        let ready = world.visitor().get("/readyz").await;
        assert_eq!((ready.status, ready.text_at("/parts/database")), (503, "does not answer"), "{ready:?}");
        assert_eq!(world.visitor().get("/healthz").await.status, 200, "the process itself is well");
        let written = ada.post_with_key("/v1/orders", &next, "another").await;
        assert_eq!(written.status, 503, "{written:?}");
    }

    line.mend();
    let healed = Instant::now();
    let path = format!("/v1/orders/{}", ordered.text_at("/id"));
    loop {
        ticks.tick().await;
        let now = ada.get(&path).await;
        if now.json["state"] == "active" {
            break;
        }
        assert!(now.status == 200 || now.status == 503, "{now:?}");
        assert!(healed.elapsed() < RECOVERY, "the order never went on: {now:?}");
    }
    assert_eq!(world.visitor().get("/readyz").await.status, 200);
    let list = async |path: &str| ada.get(path).await.json["items"].as_array().unwrap().len();
    assert_eq!(list("/v1/orders").await, 1, "an order that was refused is there");
    assert_eq!(list("/v1/instances").await, 1);
    assert_eq!(list("/v1/payments").await, 1);
    assert_eq!(world.hypervisor.list().await.unwrap().len(), 1);

    let renamed = ada.patch(&format!("/v1/instances/{}", ordered.text_at("/instance_id")), &json!({ "name": "storm-proof" })).await;
    assert_eq!((renamed.status, renamed.text_at("/name")), (200, "storm-proof"));

    // What was refused may now be sent again, with the same key.
    assert_eq!(ada.post_with_key("/v1/orders", &next, "another").await.status, 202);
    world.stop().await;
}
