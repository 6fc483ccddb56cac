//! What happens to those who leave, are suspended or have to choose a new password.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use testkit::{both_engines, covers};

use crate::world::{Browser, PASSWORD, World};

/// Eve as a member of Ada's organisation: Ada, Eve, the organisation and Eve's id.
async fn team(world: &World) -> (Browser, Browser, String, String) {
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let eve = world.customer("eve@example.org", "Eve Evans").await;
    let organisation = ada.get("/v1/me").await.text_at("/organisations/0/id").to_owned();
    assert_eq!(ada.post("/v1/invitations", &json!({ "email": "eve@example.org", "role": "member" })).await.status, 201);
    let token = world.mailed_token("eve@example.org", "invitation#").await;
    assert_eq!(eve.post("/v1/invitations/accept", &json!({ "token": token })).await.status, 200);
    let id = eve.get("/v1/me").await.text_at("/id").to_owned();
    (ada, eve, organisation, id)
}

async fn ended_memberships(world: &World) -> i64 {
    let count = Statement::from_string(world.cx.database().backend(), "SELECT COUNT(*) AS n FROM identity_membership WHERE ended_at IS NOT NULL");
    world.cx.db().query_one_raw(count).await.unwrap().unwrap().try_get("", "n").unwrap()
}

both_engines!(who_leaves_is_out_at_once_and_forgotten_at_the_term, |engine| async move {
    covers!(241);
    let world = World::ready(engine).await;
    let (_, eve, organisation, _) = team(&world).await;
    let members = format!("/v1/members?organisation={organisation}");
    assert_eq!(eve.get(&members).await.status, 200);
    assert_eq!(eve.post(&format!("/v1/organisations/{organisation}/leave"), &json!({})).await.status, 204);
    assert_eq!(eve.get(&members).await.status, 404, "access outlived the membership");

    let day = Duration::from_secs(86_400);
    world.clock.advance(day * 30 - Duration::from_secs(60));
    privacy::retention::sweep(&world.cx).await.unwrap();
    assert_eq!(ended_memberships(&world).await, 1, "a minute before");
    world.clock.advance(Duration::from_secs(61));
    privacy::retention::sweep(&world.cx).await.unwrap();
    assert_eq!(ended_memberships(&world).await, 0, "a second after");
});

both_engines!(a_suspended_member_keeps_the_rights_over_their_own_data, |engine| async move {
    covers!(189);
    let world = World::ready(engine).await;
    let (ada, eve, organisation, id) = team(&world).await;
    let path = format!("/v1/members/{id}?organisation={organisation}");
    assert_eq!(ada.patch(&path, &json!({ "suspended": true })).await.status, 204);
    assert_eq!(eve.get(&format!("/v1/members?organisation={organisation}")).await.status, 404);
    assert!(!eve.get("/v1/me").await.json.to_string().contains(&organisation));

    let export = eve.post("/v1/privacy/exports", &json!({})).await;
    assert_eq!(export.status, 202, "{export:?}");
    eve.until(&format!("/v1/privacy/exports/{}", export.text_at("/id")), |export| export["state"] == "ready").await;
    let erasure = eve.post("/v1/privacy/erasures", &json!({ "confirm_email": "eve@example.org" })).await;
    assert_eq!(erasure.status, 202, "{erasure:?}");
});

both_engines!(an_admins_reset_ends_sessions_and_mails_the_member, |engine| async move {
    covers!(188);
    let world = World::ready(engine).await;
    let (ada, eve, organisation, id) = team(&world).await;
    let reset = ada.post(&format!("/v1/members/{id}/reset-password?organisation={organisation}"), &json!({})).await;
    assert_eq!((reset.status, &reset.json), (204, &serde_json::Value::Null), "the answer holds no secret");
    assert_eq!(eve.get("/v1/me").await.status, 401, "a session outlived the reset");
    let visitor = world.visitor();
    assert_eq!(visitor.post("/v1/sessions", &json!({ "email": "eve@example.org", "password": PASSWORD })).await.status, 401);
    let token = world.mailed_token("eve@example.org", "reset-password#").await;
    let fresh = "seven purple otters row";
    assert_eq!(visitor.post("/v1/password-resets/complete", &json!({ "token": token, "password": fresh })).await.status, 204);
    assert_eq!(visitor.post("/v1/sessions", &json!({ "email": "eve@example.org", "password": fresh })).await.status, 201);
    let lines = ada.get("/v1/activity").await.json.to_string();
    assert!(lines.contains("identity.member.reset_password") && !lines.contains(&token));
});
