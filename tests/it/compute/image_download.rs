//! What somebody uploaded they can take away again.

use serde_json::json;
use testkit::both_engines;

use super::image::{disk, uploaded};
use crate::world::World;

both_engines!(a_disk_is_taken_away_whole_and_on_record, |engine| async move {
    let world = World::ready(engine).await;
    let (ada, mallory) = (world.customer("ada@example.org", "Ada Adams").await, world.customer("mallory@example.net", "Mallory").await);
    let image = uploaded(&ada, "My \"disk\".qcow2", &disk()).await;
    let path = format!("/v1/images/{}/disk", image["id"].as_str().unwrap());
    let answer = ada.request(reqwest::Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"My--disk-.qcow2\"");
    assert_eq!(answer.bytes().await.unwrap().to_vec(), disk());
    assert_eq!(mallory.get(&path).await.status, 404);
    let acts = ada.get("/v1/activity").await.json;
    assert!(acts["items"].as_array().unwrap().iter().any(|act| act["action"] == json!("compute.image.download")), "{acts:#}");
});
