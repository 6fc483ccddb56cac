//! Restriction over HTTP: mails stop, own access stays, and the way back in too.

use reqwest::Method;
use serde_json::json;
use testkit::both_engines;

use crate::world::{PASSWORD, World};

both_engines!(a_restricted_person_keeps_their_own_access_and_gets_no_mail_but_about_rights, |engine| async move {
    let world = World::ready(engine).await;
    let mut ada = world.customer("ada@example.org", "Ada Adams").await;
    let restrict = ada.request(Method::PUT, "/v1/privacy/restriction");
    let restricted = ada.send(restrict).await;
    assert_eq!((restricted.status, restricted.json["restricted"].as_bool()), (200, Some(true)));
    assert_eq!(ada.get("/v1/me").await.text_at("/name"), "Ada Adams", "own access");
    assert_eq!(ada.get("/v1/sessions").await.status, 200);
    assert_eq!(ada.get("/v1/activity").await.status, 200);
    assert_eq!(ada.get("/v1/privacy/holdings").await.status, 200);

    // The service goes on; its mails do not.
    world.machine(&ada, "web").await;
    let export = ada.post("/v1/privacy/exports", &json!({})).await;
    assert_eq!(ada.operation(export.text_at("/operation_id")).await["state"], "succeeded");
    ada.until("/v1/invoices", |list| !list["items"].as_array().unwrap().is_empty()).await;
    assert!(world.mailed(&["Your data is ready to download"]).await, "rights are answered");
    world.told().await;
    let mailbox = world.visitor().text("/demo/mailbox").await;
    assert!(!mailbox.contains("Payment received") && !mailbox.contains("web is ready"), "and nothing else is sent");

    // Who forgot the password is not locked out by their own restriction.
    let visitor = world.visitor();
    assert!(visitor.post("/v1/password-resets", &json!({ "email": "ada@example.org" })).await.status < 300);
    let token = world.mailed_token("ada@example.org", "reset-password#").await;
    let reset = visitor.post("/v1/password-resets/complete", &json!({ "token": token, "password": format!("{PASSWORD}-2") })).await;
    assert!(reset.status < 300, "{reset:?}");
    ada = world.visitor();
    let again = ada.post("/v1/sessions", &json!({ "email": "ada@example.org", "password": format!("{PASSWORD}-2") })).await;
    assert_eq!(again.status, 201, "{again:?}");
});
