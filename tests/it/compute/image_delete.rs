//! Images of one's own go when nothing is made of them, with their owner at the latest.

use serde_json::json;
use testkit::both_engines;

use super::image::{disk, kept, machine, uploaded};
use crate::world::World;

both_engines!(an_image_goes_once_no_machine_is_made_of_it, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let image = uploaded(&ada, "mine", &disk()).await;
    let path = format!("/v1/images/{}", image["id"].as_str().unwrap());
    let web = machine(&world, &ada, "web", json!({ "image_id": image["id"] })).await;
    let refused = ada.delete(&path).await;
    assert!(refused.status == 409 && refused.text_at("/detail").contains("made of this image"), "{refused:?}");

    let project = ada.get("/v1/me").await.text_at("/organisations/0/projects/0/id").to_owned();
    let organisation = ada.get("/v1/me").await.text_at("/organisations/0/id").to_owned();
    ada.post(&format!("/v1/projects?organisation={organisation}"), &json!({ "name": "Other" })).await;
    let answer = ada.delete(&format!("/v1/projects/{project}?project={project}")).await;
    assert!(answer.text_at("/detail").contains("1 machine and 1 image"), "{answer:?}");

    // Rebuilt from something else, the machine needs it no more.
    let debian = ada.get("/v1/templates").await.text_at("/items/0/id").to_owned();
    let rebuilt = ada.post(&format!("/v1/instances/{web}/rebuild?project={project}"), &json!({ "template_id": debian })).await;
    assert_eq!(ada.operation(rebuilt.text_at("/id")).await["state"], "succeeded");
    let deleted = ada.delete(&format!("{path}?project={project}")).await;
    assert_eq!((deleted.status, deleted.text_at("/state")), (202, "deleting"), "{deleted:?}");
    assert_eq!(ada.operation(deleted.text_at("/operation_id")).await["state"], "succeeded");
    assert_eq!((kept(&world), world.hypervisor.images()), (0, vec![]));
    assert_eq!(ada.get(&format!("/v1/quota?project={project}")).await.json["images"]["used"], 0);
    assert_eq!(ada.get(&format!("/v1/images?project={project}")).await.json["items"], json!([]));
    assert_eq!(ada.delete(&format!("{path}?project={project}")).await.status, 409);
});

both_engines!(images_leave_with_their_owner, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let image = uploaded(&ada, "Canary appliance", &disk()).await;
    machine(&world, &ada, "web", json!({ "image_id": image["id"] })).await;
    let preview = ada.get("/v1/privacy/erasure-preview").await;
    assert!(preview.json.to_string().contains("Canary appliance"), "{preview:?}");
    let asked = ada.post("/v1/privacy/erasures", &json!({ "confirm_email": "ada@example.org" })).await;
    assert!(asked.status < 300, "{asked:?}");
    let certificate = format!("/v1/certificates/{}", asked.text_at("/certificate_id"));
    world.visitor().until(&certificate, |certificate| certificate["certificate"]["id"].is_string()).await;
    assert_eq!((kept(&world), world.hypervisor.images()), (0, vec![]));
});
