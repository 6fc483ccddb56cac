//! Another e-mail address: with the password, told to the present one, in force by a link to the new one.

use serde_json::json;
use testkit::both_engines;

use crate::world::{Browser, PASSWORD, World};

async fn ask(browser: &Browser, email: &str) -> u16 {
    browser.post("/v1/me/email-change", &json!({ "email": email, "password": PASSWORD })).await.status
}

both_engines!(the_address_changes_with_the_link_and_not_before, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let wrong = ada.post("/v1/me/email-change", &json!({ "email": "ada@new.example", "password": "not my password" })).await;
    assert_eq!((wrong.status, wrong.wrong_fields()), (422, vec!["password"]), "{wrong:?}");
    let wrong = ada.post("/v1/me/email-change", &json!({ "email": "ada@", "password": PASSWORD })).await;
    assert_eq!((wrong.status, wrong.wrong_fields()), (422, vec!["email"]), "{wrong:?}");
    let same = ada.post("/v1/me/email-change", &json!({ "email": "ada@example.org", "password": PASSWORD })).await;
    assert_eq!((same.status, same.wrong_fields()), (422, vec!["email"]), "{same:?}");
    assert_eq!(ada.get("/v1/me").await.json["new_email"], json!(null), "nothing wrong was kept");

    assert_eq!(ask(&ada, "Ada@New.example").await, 202);
    let token = world.mailed_token("Ada@new.example", "email-change#").await;
    assert!(world.mailed(&["Another e-mail address was asked for"]).await, "the present address hears of it");
    let me = ada.get("/v1/me").await.json;
    assert_eq!((me["email"].as_str(), me["new_email"].as_str()), (Some("ada@example.org"), Some("Ada@new.example")));
    let mut still = world.visitor();
    still.sign_in("ada@example.org").await;

    // A link to a new password that went to the old address is worth nothing afterwards.
    assert_eq!(world.visitor().post("/v1/password-resets", &json!({ "email": "ada@example.org" })).await.status, 202);
    let reset = world.mailed_token("ada@example.org", "reset-password#").await;

    let used = world.visitor().post("/v1/email-changes", &json!({ "token": token })).await;
    assert_eq!(used.status, 200, "{used:?}");
    let me = ada.get("/v1/me").await.json;
    assert_eq!((me["email"].as_str(), &me["new_email"], me["email_verified"].as_bool()), (Some("Ada@new.example"), &json!(null), Some(true)));
    assert!(world.mailed(&["Your e-mail address was changed"]).await);
    let mut new = world.visitor();
    new.sign_in("Ada@new.example").await;
    let old = world.visitor().post("/v1/sessions", &json!({ "email": "ada@example.org", "password": PASSWORD })).await;
    assert_eq!(old.status, 401, "{old:?}");

    let again = world.visitor().post("/v1/email-changes", &json!({ "token": token })).await;
    assert_eq!((again.status, again.wrong_fields()), (422, vec!["token"]), "a link works once");
    let reset = world.visitor().post("/v1/password-resets/complete", &json!({ "token": reset, "password": "an unrelated 7 long phrase" })).await;
    assert_eq!(reset.status, 422, "{reset:?}");
    let activity = ada.get("/v1/activity?limit=100").await.json.to_string();
    assert!(!activity.contains("new.example"), "the record names no address");
});

both_engines!(nobody_learns_whose_an_address_is, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let _grace = world.customer("grace@example.net", "Grace Green").await;
    // The same answer, the same notice, the same waiting change; only the owner of the address hears more.
    assert_eq!(ask(&ada, "grace@example.net").await, 202);
    assert!(world.mailed(&["Another e-mail address was asked for", "somebody tried to use your address"]).await);
    assert_eq!(ada.get("/v1/me").await.json["new_email"], "grace@example.net");
    assert!(!world.visitor().text("/demo/mailbox").await.contains("email-change#"), "no link goes to an address that has an account");

    assert_eq!(ada.delete("/v1/me/email-change").await.status, 204);
    assert_eq!(ada.get("/v1/me").await.json["new_email"], json!(null));
    assert_eq!(ada.delete("/v1/me/email-change").await.status, 404);
});

both_engines!(an_address_that_got_an_account_meanwhile_is_not_taken_from_it, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    assert_eq!(ask(&ada, "shared@example.net").await, 202);
    let token = world.mailed_token("shared@example.net", "email-change#").await;
    let _other = world.customer("shared@example.net", "Sam Shared").await;
    let late = world.visitor().post("/v1/email-changes", &json!({ "token": token })).await;
    assert_eq!((late.status, late.wrong_fields()), (422, vec!["token"]), "{late:?}");
    let mut sam = world.visitor();
    sam.sign_in("shared@example.net").await;
    assert_eq!(sam.get("/v1/me").await.json["name"], "Sam Shared");
    assert_eq!(ada.get("/v1/me").await.json["email"], "ada@example.org");
});
