//! Attaching a disk: one machine at a time, and only one of its own project.

use serde_json::json;
use testkit::both_engines;

use super::disk::{did, kept, made, seen};
use crate::world::World;

both_engines!(a_disk_goes_to_one_machine_of_its_project, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let (web, id) = (world.machine(&ada, "web").await, made(&ada, "data", 3).await);
    let mallory = world.customer("mallory@example.org", "Mallory").await;
    let foreign = world.machine(&mallory, "theirs").await;
    let refused = ada.post(&format!("/v1/disks/{id}/attach"), &json!({ "instance_id": foreign })).await;
    assert_eq!((refused.status, refused.wrong_fields()), (422, vec!["instance_id"]), "{refused:?}");
    assert_eq!(mallory.post(&format!("/v1/disks/{id}/attach"), &json!({ "instance_id": foreign })).await.status, 404);
    did(&ada, &id, "attach", &json!({ "instance_id": web })).await;
    assert_eq!((seen(&ada, &id).await["instance_id"].as_str(), kept(&world)), (Some(web.as_str()), vec![(3, true)]));
    let twice = ada.post(&format!("/v1/disks/{id}/attach"), &json!({ "instance_id": web })).await;
    assert!(twice.status == 409 && twice.text_at("/detail").contains("Detach it"), "{twice:?}");
});
