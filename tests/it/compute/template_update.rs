//! Templates are described, hidden and retired.

use serde_json::{Value, json};
use testkit::both_engines;

use super::image::{disk, imported, machine, order};
use super::publisher::Publisher;
use crate::world::World;

both_engines!(a_template_is_hidden_and_retired_and_serves_its_machines_still, |engine| async move {
    let publisher = Publisher::of(disk()).await;
    let world = World::reaching(engine, &publisher.authority).await;
    let (owner, ada) = (world.owner().await, world.customer("ada@example.org", "Ada Adams").await);
    let image = imported(&owner, &publisher, json!({ "name": "Appliance" })).await;
    let template = image["template_id"].clone();
    let path = format!("/v1/operator/templates/{}", template.as_str().unwrap());
    let offered = async |what: &str| ada.get("/v1/templates").await.json.to_string().contains(what);
    let described = owner.patch(&path, &json!({ "name": "Appliance 2", "description": "For routers" })).await;
    assert_eq!((described.status, described.text_at("/name"), described.text_at("/description")), (200, "Appliance 2", "For routers"));
    assert_eq!(owner.patch(&path, &json!({ "name": " " })).await.wrong_fields(), ["name"]);
    let web = machine(&world, &ada, "web", json!({ "template_id": template })).await;

    // Hidden: in no list, and still to be had by who knows it.
    assert_eq!(owner.patch(&path, &json!({ "hidden": true })).await.json["hidden"], true);
    assert!(!offered("Appliance").await);
    machine(&world, &ada, "db", json!({ "template_id": template })).await;
    owner.patch(&path, &json!({ "hidden": false })).await;
    assert!(offered("Appliance 2").await);

    // Retired: no new machines, and those that there are can be rebuilt from it, but others cannot.
    assert!(owner.patch(&path, &json!({ "retired": true })).await.json["retired_at"].is_string());
    assert!(!offered("Appliance").await);
    let refused = ada.post("/v1/orders", &order(&world, &ada, "new", json!({ "template_id": template })).await).await;
    assert_eq!((refused.status, refused.wrong_fields()), (422, vec!["template_id"]), "{refused:?}");
    let rebuilt = ada.post(&format!("/v1/instances/{web}/rebuild"), &json!({ "template_id": template })).await;
    assert_eq!(ada.operation(rebuilt.text_at("/id")).await["state"], "succeeded");
    let other = world.machine(&ada, "other").await;
    assert_eq!(ada.post(&format!("/v1/instances/{other}/rebuild"), &json!({ "template_id": template })).await.wrong_fields(), ["template_id"]);
    assert_eq!(owner.patch(&path, &json!({ "retired": false })).await.json["retired_at"], Value::Null);
    assert!(offered("Appliance 2").await);

    assert_eq!(ada.patch(&path, &json!({ "hidden": true })).await.status, 403);
    let acts = world.number("SELECT COUNT(*) AS n FROM audit_line WHERE action = 'compute.template.update'").await;
    assert_eq!(acts, 5, "every change is on record, and no refusal as one");
});

both_engines!(what_is_built_on_the_hosts_is_hidden_too, |engine| async move {
    let world = World::ready(engine).await;
    let owner = world.owner().await;
    let all = owner.get("/v1/operator/templates").await.json;
    let tiny = all["items"].as_array().unwrap().iter().find(|one| one["key"] == "tiny").cloned().unwrap();
    assert_eq!((&tiny["source"], &tiny["nodes"], &tiny["versions"]), (&json!("built"), &json!(["node-1"]), &json!([])));
    owner.patch(&format!("/v1/operator/templates/{}", tiny["id"].as_str().unwrap()), &json!({ "hidden": true })).await;
    let offered = world.visitor().get("/v1/templates").await.json;
    assert_eq!(offered["items"].as_array().unwrap().iter().map(|one| one["key"].clone()).collect::<Vec<_>>(), ["debian"]);
});
