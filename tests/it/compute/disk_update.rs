//! Renaming a disk, and refusing what is no name.

use serde_json::json;
use testkit::both_engines;

use super::disk::{made, seen};
use crate::world::World;

both_engines!(a_disk_gets_a_new_name_and_an_empty_one_is_refused, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let id = made(&ada, "data", 2).await;
    let path = format!("/v1/disks/{id}");
    let device = seen(&ada, &id).await["device"].clone();
    let renamed = ada.patch(&path, &json!({ "name": "Mail" })).await;
    assert_eq!((renamed.status, renamed.text_at("/name"), &renamed.json["device"]), (200, "Mail", &device), "its path in the machine stays");
    let refused = ada.patch(&path, &json!({ "name": " " })).await;
    assert_eq!((refused.status, refused.wrong_fields()), (422, vec!["name"]));
    assert_eq!(ada.patch(&path, &json!({ "name": "x", "size_gib": 3 })).await.status, 422, "nothing else changes this way");
    let mallory = world.customer("mallory@example.org", "Mallory").await;
    assert_eq!(mallory.patch(&path, &json!({ "name": "mine" })).await.status, 404);
    assert_eq!(seen(&ada, &id).await["name"], "Mail");
    assert!(ada.get("/v1/activity").await.json.to_string().contains("Renamed a disk"));
});
