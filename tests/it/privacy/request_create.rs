//! Requests over HTTP: corrections reach profile and invoices, complaints reach staff, the law says who watches.

use serde_json::{Value, json};
use testkit::{both_engines, covers};

use crate::world::World;

both_engines!(a_corrected_name_stands_in_profile_and_invoice_particulars_with_its_history, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Adda Adams").await;
    let organisation = ada.get("/v1/me").await.text_at("/organisations/0/id").to_owned();
    let path = format!("/v1/organisations/{organisation}");
    assert_eq!(ada.patch(&path, &json!({ "legal_name": "Adda Adams" })).await.status, 200);

    let refused = ada.post("/v1/privacy/requests", &json!({ "kind": "rectification", "correction": { "field": "name", "value": " " } })).await;
    assert_eq!((refused.status, refused.wrong_fields()), (422, vec!["correction.value"]));
    let asked = ada.post("/v1/privacy/requests", &json!({ "kind": "rectification", "correction": { "field": "name", "value": "Ada Adams" } })).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    let path_of_request = format!("/v1/privacy/requests/{}", asked.text_at("/id"));
    let done = ada.until(&path_of_request, |request| request["state"] == "done").await;

    assert_eq!(ada.get("/v1/me").await.text_at("/name"), "Ada Adams");
    let particulars = ada.get(&path).await;
    assert_eq!((particulars.text_at("/legal_name"), particulars.text_at("/name")), ("Ada Adams", "Ada Adams's organisation"));
    let history: Vec<(&str, &str, &str)> = done["corrections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["place"].as_str().unwrap(), one["before"].as_str().unwrap(), one["after"].as_str().unwrap()))
        .collect();
    assert_eq!(history, [("billing particulars", "Adda Adams", "Ada Adams"), ("profile", "Adda Adams", "Ada Adams")]);
    let wrong_country = ada.post("/v1/privacy/requests", &json!({ "kind": "rectification", "correction": { "field": "country", "value": "Germany" } })).await;
    assert_eq!(wrong_country.wrong_fields(), ["correction.value"]);
});

both_engines!(a_complaint_is_acknowledged_at_once_and_names_the_authority_of_the_country, |engine| async move {
    covers!(64);
    let world = World::ready(engine).await;
    let (owner, ada) = (world.owner().await, world.customer("ada@example.org", "Ada Adams").await);
    let empty = ada.post("/v1/privacy/requests", &json!({ "kind": "complaint" })).await;
    assert_eq!((empty.status, empty.wrong_fields()), (422, vec!["text"]));
    let asked = ada.post("/v1/privacy/requests", &json!({ "kind": "complaint", "place": "CH", "text": "My bill went to somebody else." })).await;
    assert_eq!((asked.status, asked.text_at("/state"), asked.text_at("/law")), (201, "open", "promise"));
    assert_eq!(asked.text_at("/authority/place"), "CH");
    // Thirty days, to the end of the last one.
    let at = |pointer: &str| -> kernel::Timestamp { serde_json::from_value(asked.json.pointer(pointer).unwrap().clone()).unwrap() };
    let days = at("/due_at").since(at("/received_at")).as_secs_f64() / 86_400.0;
    assert!((30.0..=31.0).contains(&days), "{days}");
    let acknowledged = world.mailed(&[&format!("We have your request {}", asked.text_at("/id"))]).await;
    assert!(acknowledged, "the receipt is confirmed by mail");

    let queue = owner.get("/v1/operator/requests").await.json;
    assert_eq!(queue["items"][0]["text"], "My bill went to somebody else.");
    let answer = json!({ "granted": true, "text": "We have called them back." });
    let answered = owner.post(&format!("/v1/operator/requests/{}/answer", asked.text_at("/id")), &answer).await;
    assert_eq!((answered.status, answered.text_at("/state")), (200, "done"));
    assert_eq!(owner.get("/v1/operator/requests").await.json["items"], json!([]));
    assert_eq!(ada.get(&format!("/v1/privacy/requests/{}", asked.text_at("/id"))).await.text_at("/answer"), "We have called them back.");
    // That staff read it is where she sees it.
    let activity = ada.get("/v1/activity").await.json.to_string();
    assert!(activity.contains("operator_request"), "{activity}");
    let report = world.visitor().get("/v1/transparency/requests").await.json;
    assert_eq!((report["open"].as_i64(), report["overdue"].as_i64()), (Some(0), Some(0)));
    assert_eq!(report["months"][0]["kinds"]["complaint"]["done"], 1);
});

both_engines!(rights_change_with_the_country_as_the_table_says, |engine| async move {
    covers!(67);
    let world = World::ready(engine).await;
    let visitor = world.visitor();
    let laws = async |place: &str| -> Value { visitor.get(&format!("/v1/laws?place={place}")).await.json };
    let keys = |rights: &Value| -> Vec<String> { rights["laws"].as_array().unwrap().iter().map(|law| law["key"].as_str().unwrap().to_owned()).collect() };
    let (france, california, australia) = (laws("FR").await, laws("US-CA").await, laws("AU").await);
    // The operator sits in Germany, so its law protects everybody; the place's own law comes on top.
    assert_eq!(keys(&france), ["promise", "gdpr"]);
    assert_eq!(keys(&california), ["promise", "gdpr", "ccpa"]);
    assert_eq!(keys(&australia), ["promise", "gdpr", "app"]);
    assert!(california["laws"][2]["rights"]["object"].as_str().unwrap().starts_with("part: 1798.120"));
    assert!(australia["laws"][2]["rights"]["portability"].as_str().unwrap().starts_with("no: "));
    assert_eq!((&france["authority"]["place"], &california["authority"]["place"]), (&json!("FR"), &json!("US-CA")));
    assert_eq!(visitor.get("/v1/laws?place=France").await.wrong_fields(), ["place"]);
});
