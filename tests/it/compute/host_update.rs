//! Maintenance of a host: it gets nothing new, survives a restart, and ends when somebody ends it.

use proxmox_standin::StandIn;
use serde_json::{Value, json};
use testkit::both_engines;

use super::cluster;
use crate::world::{Browser, World};

async fn measured(world: &World) {
    let job = compute::JOBS.iter().find(|job| job.name == "compute.node.measure").unwrap();
    (job.run)(world.cx.clone()).await.unwrap();
}

async fn host(owner: &Browser, name: &str) -> Value {
    let nodes = owner.get("/v1/nodes").await.json;
    let hosts = nodes["items"].as_array().unwrap().iter().flat_map(|node| node["hosts"].as_array().unwrap().clone());
    hosts.into_iter().find(|host| host["name"] == name).unwrap_or_else(|| panic!("no {name} in {nodes:#}"))
}

both_engines!(a_host_under_maintenance_gets_nothing_new_on_a_cluster, |engine| async move {
    let (world, standin) = (World::ready(engine).await, StandIn::start().await);
    standin.lock().shared = true;
    let owner = world.owner().await;
    let path = cluster::enrolled(&owner, &standin).await;
    measured(&world).await;
    let node = owner.get(&path).await.text_at("/node/id").to_owned();
    let of = |host: &str| format!("/v1/nodes/{node}/hosts/{host}");
    let ada = world.customer("ada@example.org", "Ada Adams").await;

    let refused = owner.patch(&of("pve1"), &json!({ "maintenance": true })).await;
    assert_eq!((refused.status, refused.wrong_fields()), (422, vec!["reason"]), "{refused:?}");
    assert_eq!(owner.patch(&of("pve9"), &json!({ "maintenance": true, "reason": "new fans" })).await.status, 404);
    assert_eq!(ada.patch(&of("pve1"), &json!({ "maintenance": true, "reason": "x" })).await.status, 403);
    let resting = owner.patch(&of("pve1"), &json!({ "maintenance": true, "reason": "new fans" })).await;
    assert_eq!((resting.status, resting.text_at("/maintenance/reason")), (200, "new fans"), "{resting:?}");

    // The roomier host is pve1; a new machine goes to the other one.
    let first = cluster::machine(&world, &ada, "beside").await;
    let on = |machine: &str| {
        let state = standin.lock();
        let guest = state.guests.values().find(|guest| guest.config.get("tags").is_some_and(|tags| tags.contains(machine)));
        guest.map(|guest| guest.node.clone()).unwrap()
    };
    assert_eq!(on(&first), "pve2");
    measured(&world).await;
    assert_eq!(host(&owner, "pve1").await["maintenance"]["reason"], "new fans");
    assert_eq!(host(&owner, "pve2").await["instances"], 1);

    // With no host left the customer reads that there is no room, and staff which rule refused which host.
    owner.patch(&of("pve2"), &json!({ "maintenance": true, "reason": "new disks" })).await;
    let mut order = world.smallest_order(&ada, "nowhere", "test_succeeds").await;
    let key = async |path: &str, name: &str| {
        let list = ada.get(path).await.json;
        let items = list.get("items").cloned().unwrap_or(list);
        items.as_array().unwrap().iter().find(|one| one["key"] == name).unwrap()["id"].clone()
    };
    order["region_id"] = key("/v1/regions", "vienna").await;
    order["template_id"] = key("/v1/templates", "standin").await;
    let ordered = ada.post("/v1/orders", &order).await;
    assert_eq!(ordered.status, 202, "{ordered:?}");
    let mine = ada.operation(ordered.text_at("/operation_id")).await;
    assert!(mine["state"] != "succeeded" && !mine.to_string().contains("pve1"), "{mine:#}");
    let theirs = owner.get(&format!("/v1/operations/{}", ordered.text_at("/operation_id"))).await.json.to_string();
    assert!(theirs.contains("pve1: it is under maintenance (new fans)") && theirs.contains("pve2: it is under maintenance (new disks)"), "{theirs}");

    // It survives a restart, and ends when somebody ends it.
    let other = server::App::open(world.config.clone(), World::stand(&world.clock, &world.hypervisor)).await.unwrap();
    drop(other);
    assert_eq!(host(&owner, "pve1").await["maintenance"]["reason"], "new fans");
    let back = owner.patch(&of("pve1"), &json!({ "maintenance": false })).await;
    assert_eq!((back.status, back.json["maintenance"].is_null()), (200, true), "{back:?}");
    let second = cluster::machine(&world, &ada, "back-again").await;
    assert_eq!(on(&second), "pve1");
    let lines = world.number("SELECT COUNT(*) AS n FROM audit_line WHERE action = 'compute.host.update'").await;
    assert_eq!(lines, 3);
});
