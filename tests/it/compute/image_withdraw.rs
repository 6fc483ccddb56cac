//! The operator removes versions that nobody needs, from the nodes too.

use serde_json::json;
use testkit::both_engines;

use super::image::{disk, imported, kept, machine};
use super::publisher::Publisher;
use crate::world::World;

both_engines!(a_version_goes_from_everywhere_and_its_template_with_the_last_one, |engine| async move {
    let publisher = Publisher::of(disk()).await;
    let world = World::reaching(engine, &publisher.authority).await;
    let (owner, ada) = (world.owner().await, world.customer("ada@example.org", "Ada Adams").await);
    let image = imported(&owner, &publisher, json!({ "name": "Appliance" })).await;
    let path = format!("/v1/operator/images/{}", image["id"].as_str().unwrap());
    let web = machine(&world, &ada, "web", json!({ "template_id": image["template_id"] })).await;
    assert_eq!(owner.delete(&path).await.status, 409);
    world.cx.write(async |tx| kernel::setting::write(&tx, compute::instance::GRACE, &0_i64).await).await.unwrap();
    let gone = ada.delete(&format!("/v1/instances/{web}")).await;
    assert_eq!(ada.operation(gone.text_at("/id")).await["state"], "succeeded");

    let asked = owner.delete(&path).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    assert_eq!(owner.operation(asked.text_at("/operation_id")).await["state"], "succeeded");
    assert_eq!((kept(&world), world.hypervisor.images()), (0, vec![]));
    assert!(!owner.get("/v1/operator/templates").await.json.to_string().contains("Appliance"));
    assert!(!ada.get("/v1/templates").await.json.to_string().contains("Appliance"));
    assert_eq!(ada.delete(&path).await.status, 403);
});
