//! Message settings as the page shows them, as the export holds them, and sent back from there.

use serde_json::{Value, json};
use testkit::{both_engines, covers};

use crate::privacy::exported;
use crate::world::{Browser, World};

const PATH: &str = "/v1/notification-preferences";

/// The settings without what the server adds, in the order of the topics' names.
fn lines(items: &[Value]) -> Vec<Value> {
    let mut lines: Vec<Value> = items.iter().map(|one| json!({ "topic": one["topic"], "mail": one["mail"], "in_app": one["in_app"] })).collect();
    lines.sort_by_key(|line| line["topic"].to_string());
    lines
}

async fn shown(browser: &Browser) -> Vec<Value> {
    lines(browser.get(PATH).await.json["items"].as_array().unwrap())
}

both_engines!(settings_come_out_of_an_export_and_go_back_in, |engine| async move {
    covers!(250);
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let usual = shown(&ada).await;
    let five = json!({ "items": [
        { "topic": "billing", "mail": false, "in_app": false },
        { "topic": "machines", "mail": false, "in_app": true },
        { "topic": "privacy", "mail": true, "in_app": false },
        { "topic": "service", "mail": false, "in_app": true }
    ] });
    let answer = ada.send(ada.request(reqwest::Method::PUT, PATH).json(&five)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let chosen = shown(&ada).await;
    let switches = |lines: &[Value]| lines.iter().flat_map(|line| [line["mail"].clone(), line["in_app"].clone()]).collect::<Vec<_>>();
    assert_eq!(switches(&usual).iter().zip(switches(&chosen)).filter(|(one, other)| *one != other).count(), 5);
    let files = exported(&ada).await;
    let rows: Vec<Value> = files["data/notifications_preference.ndjson"].lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines(&rows), chosen, "the export shows what the page shows");

    // Somebody else, or the same person later, sends the exported lines back.
    let eve = world.customer("eve@example.org", "Eve Evans").await;
    assert_eq!(shown(&eve).await, usual);
    let answer = eve.send(eve.request(reqwest::Method::PUT, PATH).json(&json!({ "items": rows }))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(shown(&eve).await, chosen);
});
