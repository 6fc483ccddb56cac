//! What an organisation has at hypervisors, as its export tells it: everything, as the hypervisor has it, and no secret. And what a
//! cluster got to see of a person goes from there with them.

use std::collections::BTreeSet;

use compute::network::NetworkId;
use compute::{InstanceId, security_group::SecurityGroupId};
use kernel::id::Id;
use proxmox_standin::StandIn;
use serde_json::{Value, json};
use testkit::{both_engines, covers};

use super::cluster;
use crate::privacy::exported;
use crate::world::{Browser, World};

/// The rows of a kind in an export.
fn rows(export: &str, kind: &str) -> Vec<Value> {
    let lines = export.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["@type"] == kind).collect()
}

fn uuid<T: Id>(id: &Value) -> String {
    kernel::id::parse::<T>(id.as_str().unwrap()).unwrap().uuid().to_string()
}

async fn made(who: &Browser, path: &str, body: Value) -> Value {
    let answer = who.post(path, &body).await;
    assert!(answer.status < 300, "{path}: {answer:?}");
    answer.json
}

both_engines!(an_export_lists_what_the_hypervisor_has_and_no_secret, |engine| async move {
    covers!(142, 143, 244);
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let bob = world.customer("bob@example.org", "Bob Brown").await;
    let others = world.machine(&bob, "not-hers").await;
    let region = world.smallest_order(&ada, "any", "test_succeeds").await["region_id"].clone();
    let network = made(&ada, "/v1/networks", json!({ "name": "Backend", "region_id": region })).await;
    let rule = json!({ "direction": "inbound", "protocol": "tcp", "ports": { "from": 8443, "to": 8443 }, "peer": "192.0.2.0/24" });
    let group = made(&ada, "/v1/security-groups", json!({ "name": "Web servers", "rules": [rule] })).await;
    let mut machines = Vec::new();
    for hostname in ["web", "db"] {
        let mut order = world.smallest_order(&ada, hostname, "test_succeeds").await;
        (order["network_id"], order["security_group_id"]) = (network["id"].clone(), group["id"].clone());
        let ordered = made(&ada, "/v1/orders", order).await;
        let operation = ada.operation(ordered["operation_id"].as_str().unwrap()).await;
        assert_eq!(operation["state"], "succeeded", "{operation:#}");
        machines.push(ordered["instance_id"].clone());
    }
    let web = machines[0].as_str().unwrap().to_owned();
    let password = json!({ "password": "orchard-91-lantern-copper", "enter_guest": true });
    let operation = made(&ada, &format!("/v1/instances/{web}/password"), password).await;
    ada.operation(operation["id"].as_str().unwrap()).await;

    let export: String = exported(&ada).await.into_values().collect();
    let told: BTreeSet<_> = rows(&export, "compute_instance").iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    let others = uuid::<InstanceId>(&json!(others));
    let there: BTreeSet<_> =
        world.hypervisor.guests().iter().map(|guest| uuid::<InstanceId>(&json!(guest.reference.to_string()))).filter(|id| *id != others).collect();
    assert_eq!(told, machines.iter().map(uuid::<InstanceId>).collect::<BTreeSet<_>>());
    assert_eq!(told, there, "the export tells what the hypervisor has");
    assert!(!export.contains(&others), "nobody else's");
    for (kind, id) in [("compute_network", uuid::<NetworkId>(&network["id"])), ("compute_security_group", uuid::<SecurityGroupId>(&group["id"]))] {
        assert!(rows(&export, kind).iter().any(|row| row["id"] == id.as_str()), "{kind} {id}");
    }
    assert_eq!(rows(&export, "compute_card").len(), 2);
    // Settings of security are there, and what opens a machine is not.
    assert!(rows(&export, "compute_security_group")[0].to_string().contains("8443"), "the rules");
    let secret = world.hypervisor.spec(&compute_driver::Reference::parse(&web).unwrap()).unwrap().password.expect("the password is set");
    assert!(!export.contains(secret.as_str()) && !export.contains("$6$"), "no hash of a password");
    assert!(!export.contains("orchard-91-lantern-copper"));

    // What then differs is told: to the operator as a finding, and to its owner as the machine's state.
    assert!(world.hypervisor.vanish(&compute_driver::Reference::parse(&web).unwrap()));
    ada.until(&format!("/v1/instances/{web}"), |machine| machine["state"] == "failed").await;
    world.clock.advance(std::time::Duration::from_secs(120));
    assert_eq!(cluster::finding(&world.owner().await, "guest_gone").await["instance_id"], web.as_str());
});

both_engines!(a_key_is_exported_and_goes_from_the_cluster_with_its_owner, |engine| async move {
    covers!(242);
    const CANARY: &str = "canary-of-ada-at-her-laptop";
    let (world, standin) = (World::ready(engine).await, StandIn::start().await);
    let owner = world.owner().await;
    cluster::enrolled(&owner, &standin).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let key = crate::world::SSH_KEY.replace("ada@example.org", CANARY);
    cluster::machine_with(&world, &ada, |order| {
        order["hostname"] = json!("canary-host");
        order["ssh_public_key"] = json!(key);
        order["cycle"] = json!("hourly");
    })
    .await;
    let on_the_cluster = |text: &str| standin.lock().guests.values().any(|guest| guest.config.values().any(|value| value.contains(text)));
    assert!(on_the_cluster(CANARY) && on_the_cluster("canary-host"), "the cluster knows the key and the name");
    let export: String = exported(&ada).await.into_values().collect();
    let order = &rows(&export, "catalogue_order")[0];
    assert_eq!((order["hostname"].as_str(), order["size_name"].as_str()), (Some("canary-host"), Some("Small")), "{order:#}");
    assert!(order["rates"].as_str().unwrap().contains("\"cycle\":\"hourly\""), "{order:#}");
    let machine = &rows(&export, "compute_instance")[0];
    assert!(machine["ssh_key"].as_str().unwrap().contains(CANARY) && machine["hostname"] == "canary-host", "{machine:#}");

    let erasure = ada.post("/v1/privacy/erasures", &json!({ "confirm_email": "ada@example.org" })).await;
    assert_eq!(erasure.status, 202, "{erasure:?}");
    world
        .visitor()
        .until(&format!("/v1/certificates/{}", erasure.text_at("/certificate_id")), |certificate| certificate["certificate"]["id"].is_string())
        .await;
    assert!(!on_the_cluster(CANARY) && !on_the_cluster("canary-host"), "the cluster forgot both");
    let database = world.stop().await;
    let mut folders = vec![database.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                let bytes = std::fs::read(entry.path()).unwrap();
                assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "{}", entry.path().display());
            }
        }
    }
});
