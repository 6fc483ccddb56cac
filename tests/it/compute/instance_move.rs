//! Staff move a machine to another host: on the simulated hypervisor and on a cluster; its owner reads why, and nobody else may.

use compute_driver::Reference;
use proxmox_standin::{Fault, StandIn};
use serde_json::{Value, json};
use testkit::both_engines;

use super::cluster;
use crate::privacy::exported;
use crate::world::{Browser, World};

async fn measured(world: &World) {
    let job = compute::JOBS.iter().find(|job| job.name == "compute.node.measure").unwrap();
    (job.run)(world.cx.clone()).await.unwrap();
}

/// Where staff see the machine.
async fn placed(owner: &Browser, machine: &str) -> Value {
    let list = owner.get("/v1/operator/instances").await;
    assert_eq!(list.status, 200, "{list:?}");
    list.json["items"].as_array().unwrap().iter().find(|one| one["id"] == machine).cloned().unwrap()
}

/// Looks at the hypervisors until they say whether the host answers; their list of everything is some seconds old.
async fn answers(world: &World, owner: &Browser, host: &str, online: bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        measured(world).await;
        let nodes = owner.get("/v1/nodes").await.json;
        let hosts = nodes["items"].as_array().unwrap().iter().flat_map(|node| node["hosts"].as_array().unwrap());
        if hosts.into_iter().any(|one| one["name"] == host && one["online"] == online) {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{nodes:#}");
    }
}

/// Asks for a move and gives the operation once it has ended.
async fn moved(owner: &Browser, machine: &str, host: &str) -> Value {
    let asked = owner.post(&format!("/v1/operator/instances/{machine}/move"), &json!({ "host": host, "reason": "new fans" })).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    owner.operation(asked.text_at("/id")).await
}

/// What staff read of why a step was refused.
fn log(operation: &Value) -> String {
    operation["steps"].as_array().unwrap().iter().flat_map(|step| step["log"].as_array().unwrap()).map(|line| line["text"].to_string()).collect()
}

both_engines!(staff_move_a_machine_and_its_owner_reads_why, |engine| async move {
    let world = World::ready(engine).await;
    let _hosts = world.hypervisor.clone().with_hosts(&["alpha", "beta"]);
    compute::node::enrol(&world.cx).await.unwrap();
    measured(&world).await;
    let owner = world.owner().await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let machine = world.machine(&ada, "web").await;
    let before = placed(&owner, &machine).await;
    assert_eq!((before["host"].as_str(), before["state"].as_str(), before["node"].as_str()), (Some("alpha"), Some("running"), Some("node-1")));
    assert!(!before.to_string().contains("web"), "what its owner calls it is not told: {before:#}");

    // What is wrong is said at its field; and only staff may.
    let path = format!("/v1/operator/instances/{machine}/move");
    for (body, field) in [(json!({ "reason": " " }), "reason"), (json!({ "reason": "x", "host": "omega" }), "host")] {
        let refused = owner.post(&path, &body).await;
        assert_eq!((refused.status, refused.wrong_fields()), (422, vec![field]), "{refused:?}");
    }
    let there = owner.post(&path, &json!({ "reason": "x", "host": "alpha" })).await;
    assert_eq!((there.status, there.wrong_fields()), (409, vec!["host"]), "{there:?}");
    assert_eq!(ada.post(&path, &json!({ "reason": "x" })).await.status, 403);

    let operation = moved(&owner, &machine, "beta").await;
    assert_eq!(operation["state"], "succeeded", "{operation:#}");
    let reference = Reference::parse(&machine).unwrap();
    assert_eq!(world.hypervisor.host(&reference).as_deref(), Some("beta"));
    assert_eq!(placed(&owner, &machine).await["host"], "beta");

    // Its owner sees the work, the history and the record, and no host's name.
    let operations = ada.get("/v1/operations").await.json;
    assert!(operations["items"].as_array().unwrap().iter().any(|one| one["id"] == operation["id"] && one["kind"] == "compute.instance.move"));
    let events = ada.get(&format!("/v1/instances/{machine}/events")).await;
    assert_eq!(events.text_at("/items/0/summary"), "It is on another host: new fans.");
    let record = ada.get("/v1/activity").await.json;
    assert!(record.to_string().contains("The machine was moved to another host: new fans"), "{record:#}");
    for text in [operations.to_string(), events.json.to_string(), record.to_string()] {
        assert!(!text.contains("beta") && !text.contains("alpha"), "{text}");
    }
    let export: String = exported(&ada).await.into_values().collect();
    assert!(export.contains(before["region"]["name"].as_str().unwrap()), "where it is, is told");
    let told: Vec<_> = export.lines().filter(|line| ["alpha", "beta"].iter().any(|inner| line.contains(inner))).collect();
    assert_eq!(told, Vec::<&str>::new(), "and on which host is not");
    // Lines for the operator are in nobody's export, not even in that of whoever began the work.
    assert!(log(&operation).contains("From alpha to beta."), "{operation:#}");
    let export: String = exported(&owner).await.into_values().collect();
    assert!(export.contains("It runs on while it moves.") && !export.contains("From alpha to beta."), "{operation:#}");
    assert_eq!(ada.get(&format!("/v1/instances/{machine}")).await.json["state"], "running");
    let lines = world.number("SELECT COUNT(*) AS n FROM audit_line WHERE action = 'compute.instance.move'").await;
    assert_eq!(lines, 1, "what staff did is on record beside what its owner reads");
});

both_engines!(a_machine_moves_within_a_cluster_and_what_ties_it_is_told, |engine| async move {
    let (world, standin) = (World::ready(engine).await, StandIn::start().await);
    let owner = world.owner().await;
    cluster::enrolled(&owner, &standin).await;
    measured(&world).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let machine = cluster::machine(&world, &ada, "travels").await;
    let vmid = *standin.lock().guests.keys().find(|vmid| (5000..=5999).contains(*vmid)).unwrap();
    let on = || standin.lock().guests[&vmid].node.clone();
    assert_eq!((on().as_str(), placed(&owner, &machine).await["host"].as_str()), ("pve1", Some("pve1")));

    // It runs on, with its disk; the answer that says so gets lost.
    let started = standin.lock().guests[&vmid].started;
    standin.inject("POST", "/migrate", Fault::After { status: 596, reason: "Broken pipe".into() });
    let operation = moved(&owner, &machine, "pve2").await;
    assert_eq!(operation["state"], "succeeded", "{operation:#}");
    assert_eq!((on().as_str(), standin.lock().guests[&vmid].started), ("pve2", started));
    assert_eq!(standin.count("POST", "/migrate"), 1);

    // A device of its node holds it, and only staff read which.
    standin.lock().guests.get_mut(&vmid).unwrap().config.insert("hostpci0".into(), "0000:01:00.0".into());
    let failed = moved(&owner, &machine, "pve1").await;
    assert_eq!(failed["state"], "undone", "{failed:#}");
    assert!(log(&failed).contains("hostpci0"), "{failed:#}");
    let shown = ada.get(&format!("/v1/operations/{}", failed["id"].as_str().unwrap())).await.json;
    assert!(!shown.to_string().contains("hostpci0"), "{shown:#}");
    standin.lock().guests.get_mut(&vmid).unwrap().config.remove("hostpci0");
    ada.until(&format!("/v1/instances/{machine}"), |machine| machine["state"] == "running").await;

    // Without power only the disk moves.
    assert_eq!(ada.post(&format!("/v1/instances/{machine}/stop"), &json!({})).await.status, 202);
    ada.until(&format!("/v1/instances/{machine}"), |machine| machine["state"] == "stopped").await;
    let operation = moved(&owner, &machine, "pve1").await;
    assert_eq!((operation["state"].as_str(), on().as_str()), (Some("succeeded"), "pve1"), "{operation:#}");
    assert_eq!(ada.get(&format!("/v1/instances/{machine}")).await.json["state"], "stopped");

    // A node that is away takes nothing, once it is known that it is away.
    standin.lock().nodes.insert("pve2".into(), false);
    answers(&world, &owner, "pve2", false).await;
    let away = owner.post(&format!("/v1/operator/instances/{machine}/move"), &json!({ "reason": "x" })).await;
    assert_eq!(away.status, 409, "{away:?}");
    assert!(away.text_at("/detail").contains("pve2: it does not answer"), "{away:?}");

    // Without the privilege it is named, where the cluster is looked at and where it is tried; enrolling does not wait for it.
    standin.lock().nodes.insert("pve2".into(), true);
    standin.lock().lacking.push("VM.Migrate".into());
    answers(&world, &owner, "pve2", true).await;
    let question = json!({ "addresses": cluster::addresses(&standin), "token_id": proxmox_standin::TOKEN, "token_secret": proxmox_standin::SECRET, "mapping": cluster::mapping() });
    let survey = owner.post("/v1/operator/cluster-checks", &question).await;
    assert_eq!((survey.json["ready"].as_bool(), survey.text_at("/missing/0/privilege")), (Some(true), "VM.Migrate"), "{survey:?}");
    assert_eq!(survey.json["missing"][0]["optional"], true);
    let failed = moved(&owner, &machine, "pve2").await;
    assert!(failed["state"] == "undone" && log(&failed).contains("VM.Migrate"), "{failed:#}");
});
