//! Making an extra disk: for a machine or for later, at a price that was shown.

use serde_json::json;
use testkit::both_engines;

use super::disk::{kept, made, seen};
use crate::world::World;

both_engines!(a_disk_is_made_and_attached_at_once_and_its_room_is_booked, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let web = world.machine(&ada, "web").await;
    let before = ada.get("/v1/quota").await.json["disk_gib"]["used"].as_i64().unwrap();
    let quote = ada.post("/v1/disk-quotes", &json!({ "size_gib": 20 })).await;
    assert_eq!((quote.status, quote.json["net"]["minor"].as_i64(), quote.json["due_now"]["minor"].as_i64()), (200, Some(100), Some(0)), "{quote:?}");
    let asked = ada.post("/v1/disks", &json!({ "name": "Canary data", "size_gib": 20, "instance_id": web })).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    assert_eq!(ada.operation(asked.text_at("/operation_id")).await["state"], "succeeded");
    let disk = seen(&ada, asked.text_at("/id")).await;
    assert_eq!((disk["state"].as_str(), disk["instance_id"].as_str(), disk["name"].as_str()), (Some("ready"), Some(web.as_str()), Some("Canary data")));
    assert_eq!(kept(&world), [(20, true)]);
    assert_eq!(ada.get("/v1/quota").await.json["disk_gib"]["used"].as_i64(), Some(before + 20));
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM kernel_event WHERE payload LIKE '%Canary%'").await, 0, "events hold no name");
    let activity = ada.get("/v1/activity").await;
    assert!(activity.json["items"].as_array().unwrap().iter().any(|line| line["action"] == "compute.disk.create"), "{activity:?}");
});

both_engines!(what_is_wrong_is_said_at_its_field, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let region = ada.get("/v1/regions").await.text_at("/items/0/id").to_owned();
    let wrong = ada.post("/v1/disks", &json!({ "name": "", "size_gib": 0 })).await;
    assert_eq!((wrong.status, wrong.wrong_fields()), (422, vec!["name", "size_gib", "region_id"]));
    let huge = ada.post("/v1/disks", &json!({ "name": "huge", "size_gib": 5_000, "region_id": region })).await;
    assert!(huge.status == 429 && huge.text_at("/detail").contains("GiB of disk"), "beyond the quota: {huge:?}");
    made(&ada, "fits", 1).await;
    assert_eq!(kept(&world), [(1, false)]);
});
