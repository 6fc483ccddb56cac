//! Draining a host of a cluster: its machines move to the others, what cannot be moved is reported, and trying again moves it.

use proxmox_standin::StandIn;
use serde_json::json;
use testkit::both_engines;

use super::cluster;
use crate::world::World;

both_engines!(a_host_of_a_cluster_is_drained_and_what_stays_is_reported, |engine| async move {
    let (world, standin) = (World::ready(engine).await, StandIn::start().await);
    let owner = world.owner().await;
    let path = cluster::enrolled(&owner, &standin).await;
    let job = compute::JOBS.iter().find(|job| job.name == "compute.node.measure").unwrap();
    (job.run)(world.cx.clone()).await.unwrap();
    let node = owner.get(&path).await.text_at("/node/id").to_owned();
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let mut machines = Vec::new();
    for hostname in ["one", "two", "three", "four"] {
        machines.push(cluster::machine(&world, &ada, hostname).await);
    }
    assert_eq!(ada.post(&format!("/v1/instances/{}/stop", machines[1]), &json!({})).await.status, 202);
    ada.until(&format!("/v1/instances/{}", machines[1]), |machine| machine["state"] == "stopped").await;
    let vmid = |machine: &str| {
        let state = standin.lock();
        *state.guests.iter().find(|(_, guest)| guest.config.get("tags").is_some_and(|tags| tags.contains(machine))).unwrap().0
    };
    let tied = vmid(&machines[2]);
    standin.lock().guests.get_mut(&tied).unwrap().config.insert("hostpci0".into(), "0000:01:00.0".into());

    let of = format!("/v1/nodes/{node}/hosts/pve1/drain");
    assert_eq!(owner.get(&of).await.status, 404, "it was never drained");
    for (body, field) in [(json!({}), "reason"), (json!({ "reason": "new fans", "at_once": 9 }), "at_once")] {
        let refused = owner.post(&of, &body).await;
        assert_eq!((refused.status, refused.wrong_fields()), (422, vec![field]), "{refused:?}");
    }
    assert_eq!(ada.post(&of, &json!({ "reason": "x" })).await.status, 403);
    let begun = owner.post(&of, &json!({ "reason": "new fans", "at_once": 2 })).await;
    assert_eq!((begun.status, begun.text_at("/kind")), (202, "compute.host.drain"), "{begun:?}");
    let ended = owner.operation(begun.text_at("/id")).await;
    assert_eq!((ended["state"].as_str(), ended["retry"].as_str()), (Some("failed"), Some("step")), "{ended:#}");
    assert_eq!(ended["error"], "1 of 4 machines could not be moved off pve1. Its report says why.");

    let report = owner.get(&of).await.json;
    assert_eq!((report["total"].as_i64(), report["moved"].as_i64(), report["failed"].as_i64()), (Some(4), Some(3), Some(1)), "{report:#}");
    assert_eq!(report["machines"][0]["instance_id"], machines[2].as_str());
    assert!(report["machines"][0]["reason"].as_str().unwrap().contains("hostpci0"), "{report:#}");
    let vmids: Vec<_> = machines.iter().map(|machine| vmid(machine)).collect();
    let nodes: Vec<_> = vmids.iter().map(|vmid| standin.lock().guests[vmid].node.clone()).collect();
    assert_eq!(nodes, ["pve2", "pve2", "pve1", "pve2"]);
    assert_eq!(ada.get(&format!("/v1/instances/{}", machines[1])).await.json["state"], "stopped");
    assert_eq!(ada.get(&format!("/v1/instances/{}", machines[2])).await.json["state"], "running");
    let on_host = owner.get(&format!("/v1/operator/instances?node={node}&host=pve1")).await.json;
    assert_eq!(on_host["items"].as_array().map(Vec::len), Some(1), "{on_host:#}");

    // What held it is gone; the same drain goes on from there.
    standin.lock().guests.get_mut(&tied).unwrap().config.remove("hostpci0");
    let again = owner.post(&format!("/v1/operations/{}/retry", begun.text_at("/id")), &json!({})).await;
    assert_eq!(again.status, 202, "{again:?}");
    let ended = owner.operation(begun.text_at("/id")).await;
    assert_eq!(ended["state"], "succeeded", "{ended:#}");
    let report = owner.get(&of).await.json;
    assert_eq!((report["moved"].as_i64(), report["failed"].as_i64(), report["state"].as_str()), (Some(4), Some(0), Some("succeeded")));
    assert_eq!(standin.lock().guests[&tied].node, "pve2");
    let record = ada.get("/v1/activity").await.json.to_string();
    assert!(record.contains("its host is under maintenance (new fans)") && !record.contains("pve"), "{record}");
});
