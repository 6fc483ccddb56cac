//! A program acts for its person, within what the token allows, until it is revoked.

use serde_json::json;
use testkit::both_engines;

use crate::world::World;

both_engines!(a_token_works_within_its_limits_until_it_is_revoked, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let made = ada.post("/v1/api-tokens", &json!({ "name": "reader", "read_only": true })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let robot = ada.with_token(made.text_at("/secret"));
    assert_eq!(robot.get("/v1/instances").await.status, 200);
    let order = world.smallest_order(&ada, "robot-made", "test_succeeds").await;
    assert_eq!(robot.post("/v1/orders", &order).await.status, 403, "a read-only token ordered a machine");
    assert!(!ada.get("/v1/api-tokens").await.json.to_string().contains(made.text_at("/secret")), "a secret is shown twice");

    assert_eq!(ada.delete(&format!("/v1/api-tokens/{}", made.text_at("/id"))).await.status, 204);
    assert_eq!(robot.get("/v1/instances").await.status, 401);
});
