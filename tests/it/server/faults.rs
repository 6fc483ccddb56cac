//! Bad input and bad luck at the door: nothing is stored, nothing is charged, the words help.

use serde_json::json;
use testkit::both_engines;

use crate::world::World;

both_engines!(broken_and_oversized_bodies_are_refused_in_words, |engine| async move {
    let world = World::ready(engine).await;
    let visitor = world.visitor();
    let broken = visitor.send(visitor.request(reqwest::Method::POST, "/v1/sign-up").header("content-type", "application/json").body("{\"email\": ")).await;
    assert_eq!(broken.status, 422);
    assert!(broken.text_at("/detail").contains("not JSON"), "{broken:?}");
    let oversized = visitor.post("/v1/sign-up", &json!({ "email": "a".repeat(2_000_000) })).await;
    assert_eq!(oversized.status, 422);
    assert!(oversized.text_at("/detail").contains("too large"), "{oversized:?}");
    let wrong_type = visitor.post("/v1/sign-up", &json!({ "email": 7, "password": "x", "name": "y", "over_16": true })).await;
    assert_eq!(wrong_type.wrong_fields(), ["email"]);
});

both_engines!(a_repeated_key_orders_once, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let order = world.smallest_order(&ada, "only-one", "test_succeeds").await;
    let first = ada.post_with_key("/v1/orders", &order, "key-1").await;
    assert_eq!(first.status, 202, "{first:?}");
    let second = ada.post_with_key("/v1/orders", &order, "key-1").await;
    assert_eq!((second.status, &second.json), (202, &first.json));
    assert_eq!(second.headers["idempotent-replayed"], "true");
    let mut other = order.clone();
    other["hostname"] = "another".into();
    assert_eq!(ada.post_with_key("/v1/orders", &other, "key-1").await.status, 409);
    assert_eq!(ada.get("/v1/orders").await.json["items"].as_array().unwrap().len(), 1);
});
