//! From the invitation's mail to membership, with an account and without one.

use serde_json::json;
use testkit::both_engines;

use crate::world::{PASSWORD, World};

both_engines!(people_join_by_the_link_in_their_mail, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let eve = world.customer("eve@example.org", "Eve Evans").await;
    let organisation = ada.get("/v1/me").await.text_at("/organisations/0/id").to_owned();
    assert_eq!(eve.get(&format!("/v1/members?organisation={organisation}")).await.status, 404);

    let made = ada.post("/v1/invitations", &json!({ "email": "eve@example.org", "role": "member" })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let token = world.mailed_token("eve@example.org", "invitation#").await;
    let shown = world.visitor().post("/v1/invitations/view", &json!({ "token": token })).await;
    assert_eq!((shown.text_at("/invited_by"), shown.text_at("/role")), ("Ada Adams", "member"));
    let joined = eve.post("/v1/invitations/accept", &json!({ "token": token })).await;
    assert_eq!(joined.text_at("/organisation_id"), organisation);
    assert_eq!(eve.post("/v1/invitations/accept", &json!({ "token": token })).await.wrong_fields(), ["token"]);
    let members = eve.get(&format!("/v1/members?organisation={organisation}")).await.json;
    assert_eq!(members["items"].as_array().unwrap().len(), 2);
    assert_eq!(eve.post(&format!("/v1/invitations?organisation={organisation}"), &json!({ "email": "x@example.org", "role": "viewer" })).await.status, 403);

    // Somebody new signs up with the link and needs no second mail.
    assert_eq!(ada.post("/v1/invitations", &json!({ "email": "new@example.org", "role": "billing" })).await.status, 201);
    let token = world.mailed_token("new@example.org", "invitation#").await;
    let person = json!({ "email": "new@example.org", "password": PASSWORD, "name": "Nora New", "over_16": true, "invitation": token });
    assert_eq!(world.visitor().post("/v1/sign-up", &person).await.status, 202);
    let mut nora = world.visitor();
    nora.sign_in("new@example.org").await;
    let me = nora.get("/v1/me").await.json;
    assert_eq!(me["email_verified"], true);
    assert!(me["organisations"].as_array().unwrap().iter().any(|one| one["id"] == organisation.as_str() && one["role"] == "billing"), "{me}");
    // Paying is not working.
    assert_eq!(nora.get(&format!("/v1/invoices?organisation={organisation}")).await.status, 200);
    let project = me["organisations"].as_array().unwrap().iter().find(|one| one["id"] == organisation.as_str()).unwrap()["projects"][0]["id"].clone();
    let order = world.smallest_order(&nora, "not-mine", "test_succeeds").await;
    assert_eq!(nora.post(&format!("/v1/orders?project={}", project.as_str().unwrap()), &order).await.status, 403);
});
