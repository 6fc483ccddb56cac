//! Machines get a fresh disk from an image of their project, where it fits.

use compute_driver::conformance::bootable::qcow2_disk;
use serde_json::json;
use testkit::both_engines;

use super::image::{disk, uploaded};
use crate::world::World;

both_engines!(a_machine_is_rebuilt_from_an_own_image, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let web = world.machine(&ada, "web").await;
    let (small, large) = (uploaded(&ada, "small", &disk()).await, uploaded(&ada, "large", &qcow2_disk(500 << 30)).await);
    let path = format!("/v1/instances/{web}/rebuild");
    assert_eq!(ada.post(&path, &json!({})).await.wrong_fields(), ["template_id"]);
    let refused = ada.post(&path, &json!({ "image_id": large["id"] })).await;
    assert!(refused.wrong_fields() == ["image_id"] && refused.text_at("/detail").contains("500 GiB"), "{refused:?}");
    let rebuilt = ada.post(&path, &json!({ "image_id": small["id"] })).await;
    assert_eq!(ada.operation(rebuilt.text_at("/id")).await["state"], "succeeded");
    let seen = ada.get(&format!("/v1/instances/{web}")).await;
    assert_eq!((seen.text_at("/state"), seen.text_at("/template/name")), ("running", "Own image"));
    // Once more from what it is made of, as the console asks for it.
    let again = ada.post(&path, &json!({ "template_id": seen.text_at("/template/id") })).await;
    assert_eq!(ada.operation(again.text_at("/id")).await["state"], "succeeded");
    assert_eq!(world.hypervisor.images().len(), 1);
});
