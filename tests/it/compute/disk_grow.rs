//! Growing a disk, and refusing to shrink one.

use serde_json::json;
use testkit::both_engines;

use super::disk::{did, kept, made, seen};
use crate::world::World;

both_engines!(a_disk_grows_and_never_shrinks, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let id = made(&ada, "data", 5).await;
    for less in [4, 5] {
        let refused = ada.post(&format!("/v1/disks/{id}/grow"), &json!({ "size_gib": less })).await;
        assert_eq!((refused.status, refused.wrong_fields()), (422, vec!["size_gib"]), "{refused:?}");
        assert!(refused.json["errors"][0]["message"].as_str().unwrap().contains("never shrinks"), "{refused:?}");
    }
    did(&ada, &id, "grow", &json!({ "size_gib": 8 })).await;
    assert_eq!((seen(&ada, &id).await["size_gib"].as_i64(), kept(&world)), (Some(8), vec![(8, false)]));
    assert_eq!(ada.get("/v1/quota").await.json["disk_gib"]["used"], 8);
});
