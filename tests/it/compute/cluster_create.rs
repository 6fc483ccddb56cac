//! Enrolling a cluster while the server runs: look, compare, check, enrol; then machines are ordered on it, a guest of others is taken
//! over, and consoles open.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use proxmox_standin::{Kind, SECRET, StandIn, TOKEN, stranger};
use serde_json::{Value, json};
use testkit::both_engines;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::cluster;
use crate::world::{Browser, World};

/// What the serial console prints after `line` was typed.
async fn typed(world: &World, who: &Browser, machine: &str, line: &str) -> String {
    let ticket = who.post(&format!("/v1/instances/{machine}/console-tickets"), &json!({ "kind": "serial" })).await;
    assert_eq!(ticket.status, 201, "{ticket:?}");
    let mut request = format!("{}{}", world.url.replacen("http", "ws", 1), ticket.text_at("/path")).into_client_request().unwrap();
    let protocols = format!("fairhold.console, ticket.{}", ticket.text_at("/ticket"));
    request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    socket.send(Message::Binary(format!("{line}\n").into_bytes().into())).await.unwrap();
    let mut said = String::new();
    let heard = async {
        while let Some(Ok(message)) = socket.next().await {
            said.push_str(&String::from_utf8_lossy(&message.into_data()));
            if said.contains("console-works") {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), heard).await.ok();
    said
}

both_engines!(a_cluster_is_enrolled_used_and_its_guests_are_taken_over, |engine| async move {
    let (world, standin) = (World::ready(engine).await, StandIn::start().await);
    let mut guest = stranger("pve2");
    let config = [("name", "legacy-shop"), ("memory", "1024"), ("cores", "2"), ("scsi0", "local-lvm:vm-100-disk-0,size=4G"), ("serial0", "socket")];
    guest.config = config.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    guest.power_on();
    let before = guest.config.clone();
    assert_eq!(guest.kind, Kind::Qemu);
    standin.lock().guests.insert(100, guest);
    let owner = world.owner().await;

    // The certificate is shown before anything is trusted, and no token was sent.
    let (address, print) = standin.addresses[0];
    let seen = owner.post("/v1/operator/cluster-probes", &json!({ "host": address.ip().to_string(), "port": address.port() })).await;
    assert_eq!((seen.status, seen.text_at("/fingerprint")), (200, print.to_string().as_str()));
    assert!(standin.lock().requests.is_empty());

    // Without a mapping the check tells what there is to choose from; with one, whether it fits.
    let mut question = json!({ "addresses": cluster::addresses(&standin), "token_id": TOKEN, "token_secret": SECRET });
    let survey = owner.post("/v1/operator/cluster-checks", &question).await;
    assert_eq!(survey.status, 200, "{survey:?}");
    let names = |part: &str| survey.json[part].as_array().unwrap().iter().map(|one| one["name"].clone()).collect::<Vec<_>>();
    assert!(names("nodes").contains(&json!("pve2")) && names("storages").contains(&json!("local-lvm")) && names("networks").contains(&json!("vmbr0")));
    assert!(names("templates").contains(&json!("9000")) && names("images").contains(&json!("local:import/tiny.qcow2")));
    question["mapping"] = cluster::mapping();
    let survey = owner.post("/v1/operator/cluster-checks", &question).await;
    assert_eq!((survey.json["ready"].as_bool(), survey.json["missing"].as_array().map(Vec::len)), (Some(true), Some(0)), "{survey:?}");

    // What is wrong is said at its field, and a privilege that is missing by its name and path.
    standin.lock().lacking.push("VM.Clone".into());
    let survey = owner.post("/v1/operator/cluster-checks", &question).await;
    assert_eq!((survey.text_at("/missing/0/privilege"), survey.text_at("/missing/0/path")), ("VM.Clone", "/vms"));
    assert_eq!(survey.json["ready"], false);
    standin.lock().lacking.clear();
    let mut wrong = question.clone();
    wrong["token_secret"] = json!("00000000-0000-0000-0000-000000000000");
    let refused = owner.post("/v1/operator/cluster-checks", &wrong).await;
    assert_eq!((refused.status, refused.wrong_fields()), (422, vec!["token_secret"]), "{refused:?}");
    let mut wrong = cluster::form(&standin);
    wrong["mapping"]["network"]["vlan"] = json!(5000);
    let refused = owner.post("/v1/operator/clusters", &wrong).await;
    assert_eq!((refused.status, refused.wrong_fields()), (422, vec!["mapping"]), "{refused:?}");
    let mut wrong = cluster::form(&standin);
    wrong["name"] = json!("node-1");
    let refused = owner.post("/v1/operator/clusters", &wrong).await;
    assert_eq!((refused.status, refused.wrong_fields()), (409, vec!["name"]), "{refused:?}");

    // Enrolled, it is a node within seconds. Its secret is in no answer and in no row.
    let path = cluster::enrolled(&owner, &standin).await;
    let shown = owner.get(&path).await;
    assert_eq!((shown.text_at("/source"), shown.text_at("/token_id")), ("enrolled", TOKEN));
    let list = owner.get("/v1/operator/clusters").await;
    assert!(!list.json.to_string().contains(SECRET) && !shown.json.to_string().contains(SECRET));
    let stored = world.number(&format!("SELECT COUNT(*) AS n FROM compute_cluster WHERE CAST(token_secret AS TEXT) LIKE '%{SECRET}%'")).await;
    assert_eq!(stored, 0);
    assert_eq!(owner.post("/v1/operator/clusters", &cluster::form(&standin)).await.status, 409);

    // A customer orders on it and uses the console.
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let machine = cluster::machine(&world, &ada, "on-the-cluster").await;
    assert!(standin.lock().guests.keys().any(|vmid| (5000..=5999).contains(vmid)));
    let said = typed(&world, &ada, &machine, "echo console-works").await;
    assert!(said.contains("console-works"), "{said}");

    // A guest that somebody else made becomes the customer's, and nothing about it changes but its mark.
    let node = shown.text_at("/node/id").to_owned();
    let job = compute::JOBS.iter().find(|job| job.name == "compute.node.measure").unwrap();
    (job.run)(world.cx.clone()).await.unwrap();
    let project = ada.get("/v1/me").await.text_at("/organisations/0/projects/0/id").to_owned();
    let wanted = json!({ "address": "100", "project_id": project, "hostname": "legacy-shop" });
    let adopted = owner.post(&format!("/v1/nodes/{node}/adopt"), &wanted).await;
    assert_eq!(adopted.status, 202, "{adopted:?}");
    let operation = owner.operation(adopted.text_at("/id")).await;
    assert_eq!(operation["state"], "succeeded", "{operation:#}");
    let taken = adopted.text_at("/subject").to_owned();
    ada.until(&format!("/v1/instances/{taken}"), |machine| machine["state"] == "running").await;
    let changed: Vec<_> = {
        let state = standin.lock();
        let after = &state.guests[&100].config;
        after.iter().filter(|(key, value)| before.get(*key) != Some(value)).map(|(key, _)| key.clone()).collect()
    };
    assert!(changed.iter().all(|key| key == "tags" || key == "description") && !changed.is_empty(), "{changed:?}");
    let said = typed(&world, &ada, &taken, "echo console-works").await;
    assert!(said.contains("console-works"), "{said}");

    // Everything that was done is on record.
    for action in ["compute.cluster.probe", "compute.cluster.check", "compute.cluster.create"] {
        let lines = world.number(&format!("SELECT COUNT(*) AS n FROM audit_line WHERE action = '{action}'")).await;
        assert!(lines > 0, "{action}");
    }
});

both_engines!(another_process_knows_of_it_within_seconds, |engine| async move {
    let (world, standin) = (World::ready(engine).await, StandIn::start().await);
    let owner = world.owner().await;
    // Another process with the same database and the same keys, which was started before.
    let other = server::App::open(world.config.clone(), World::stand(&world.clock, &world.hypervisor)).await.unwrap();
    let nodes = |cx: &kernel::Cx| cx.extension::<compute::Drivers>().unwrap().all().into_keys().collect::<Vec<_>>();
    assert_eq!(nodes(&other.cx), ["node-1"]);
    let path = cluster::enrolled(&owner, &standin).await;
    compute::cluster::follow(&other.cx).await.unwrap();
    assert_eq!(nodes(&other.cx), ["node-1", "vienna-1"]);
    let asked = other.cx.extension::<compute::Drivers>().unwrap().all().remove("vienna-1").unwrap().driver.capabilities().await;
    assert!(asked.is_ok(), "{asked:?}");
    assert_eq!(owner.delete(&path).await.status, 204);
    compute::cluster::follow(&other.cx).await.unwrap();
    assert_eq!(nodes(&other.cx), ["node-1"]);
    let left: Value = owner.get("/v1/nodes").await.json;
    assert_eq!(left["items"].as_array().map(Vec::len), Some(1), "{left:#}");
});
