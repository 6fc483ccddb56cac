//! What the tests of extra disks ask again and again, over HTTP.

use serde_json::{Value, json};

use crate::world::{Browser, World};

/// A disk of `gib` GiB that is there; its id.
pub async fn made(ada: &Browser, name: &str, gib: i32) -> String {
    let region = ada.get("/v1/regions").await.text_at("/items/0/id").to_owned();
    let made = ada.post("/v1/disks", &json!({ "name": name, "size_gib": gib, "region_id": region })).await;
    assert_eq!((made.status, made.text_at("/state")), (202, "creating"), "{made:?}");
    assert_eq!(ada.operation(made.text_at("/operation_id")).await["state"], "succeeded");
    made.text_at("/id").to_owned()
}

/// The disk as it stands.
pub async fn seen(ada: &Browser, id: &str) -> Value {
    ada.get(&format!("/v1/disks/{id}")).await.json
}

/// Does something with the disk and waits until that has ended well.
pub async fn did(ada: &Browser, id: &str, verb: &str, body: &Value) {
    let begun = ada.post(&format!("/v1/disks/{id}/{verb}"), body).await;
    assert_eq!(begun.status, 202, "{begun:?}");
    assert_eq!(ada.operation(begun.text_at("/id")).await["state"], "succeeded");
}

/// Which guests have disks at the hypervisor, and how large each is.
pub fn kept(world: &World) -> Vec<(u32, bool)> {
    world.hypervisor.extra_disks().iter().map(|disk| (disk.gib, disk.guest.is_some())).collect()
}
