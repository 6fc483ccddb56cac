//! Detaching a disk, by hand and by deleting its machine.

use serde_json::json;
use testkit::both_engines;

use super::disk::{did, kept, made, seen};
use crate::world::World;

both_engines!(a_disk_is_taken_from_its_machine_and_stays, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let (web, id) = (world.machine(&ada, "web").await, made(&ada, "data", 3).await);
    let nobody = ada.post(&format!("/v1/disks/{id}/detach"), &json!(null)).await;
    assert!(nobody.status == 409 && nobody.text_at("/detail").contains("No machine"), "{nobody:?}");
    did(&ada, &id, "attach", &json!({ "instance_id": web })).await;
    did(&ada, &id, "detach", &json!(null)).await;
    let disk = seen(&ada, &id).await;
    assert_eq!((disk["state"].as_str(), disk["instance_id"].is_null(), kept(&world)), (Some("ready"), true, vec![(3, false)]));
});
