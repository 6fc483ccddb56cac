//! Disks go when no machine has them, with their owner at the latest.

use serde_json::json;
use testkit::both_engines;

use super::disk::{did, kept, made};
use crate::world::World;

both_engines!(a_disk_goes_once_no_machine_has_it, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let (web, id) = (world.machine(&ada, "web").await, made(&ada, "data", 3).await);
    did(&ada, &id, "attach", &json!({ "instance_id": web })).await;
    let refused = ada.delete(&format!("/v1/disks/{id}")).await;
    assert!(refused.status == 409 && refused.text_at("/detail").contains("Detach it"), "{refused:?}");
    did(&ada, &id, "detach", &json!(null)).await;

    let project = ada.get("/v1/me").await.text_at("/organisations/0/projects/0/id").to_owned();
    let organisation = ada.get("/v1/me").await.text_at("/organisations/0/id").to_owned();
    ada.post(&format!("/v1/projects?organisation={organisation}"), &json!({ "name": "Other" })).await;
    let answer = ada.delete(&format!("/v1/projects/{project}?project={project}")).await;
    assert!(answer.text_at("/detail").contains("1 machine and 1 disk"), "{answer:?}");

    let deleted = ada.delete(&format!("/v1/disks/{id}?project={project}")).await;
    assert_eq!((deleted.status, deleted.text_at("/state")), (202, "deleting"), "{deleted:?}");
    assert_eq!(ada.operation(deleted.text_at("/operation_id")).await["state"], "succeeded");
    assert_eq!(kept(&world), []);
    assert_eq!(ada.get(&format!("/v1/disks?project={project}")).await.json["items"], json!([]));
});

both_engines!(disks_leave_with_their_owner_and_the_certificate_counts_them, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let web = world.machine(&ada, "web").await;
    let (one, _) = (made(&ada, "Canary data", 3).await, made(&ada, "Canary archive", 4).await);
    did(&ada, &one, "attach", &json!({ "instance_id": web })).await;
    let preview = ada.get("/v1/privacy/erasure-preview").await;
    assert!(preview.json.to_string().contains("Canary data") && preview.json.to_string().contains("Canary archive"), "{preview:?}");
    let asked = ada.post("/v1/privacy/erasures", &json!({ "confirm_email": "ada@example.org" })).await;
    assert!(asked.status < 300, "{asked:?}");
    let path = format!("/v1/certificates/{}", asked.text_at("/certificate_id"));
    let certificate = world.visitor().until(&path, |certificate| certificate["certificate"]["id"].is_string()).await;
    assert_eq!(kept(&world), []);
    assert_eq!(certificate["certificate"]["destroyed"]["disks"], 2, "{certificate:#}");
});

both_engines!(a_disk_that_its_node_lost_is_told_and_can_be_given_up, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let (web, id) = (world.machine(&ada, "web").await, made(&ada, "Canary data", 3).await);
    did(&ada, &id, "attach", &json!({ "instance_id": web })).await;
    world.hypervisor.lose_disk(&compute_driver::Reference::parse(&id).unwrap()).unwrap();
    let lost = ada.until(&format!("/v1/disks/{id}"), |disk| disk["state"] == "lost").await;
    assert_eq!(lost["instance_id"], json!(web), "its machine has it again when it is back");
    world.told().await;
    assert!(world.mailed(&["ada@example.org", "Canary data is gone from its node"]).await);

    let deleted = ada.delete(&format!("/v1/disks/{id}")).await;
    assert_eq!((deleted.status, deleted.text_at("/state")), (202, "deleting"), "{deleted:?}");
    assert_eq!(ada.operation(deleted.text_at("/operation_id")).await["state"], "succeeded");
    assert_eq!(ada.get("/v1/quota").await.json["disk_gib"]["used"], ada.get(&format!("/v1/instances/{web}")).await.json["size"]["disk_gib"]);
});
