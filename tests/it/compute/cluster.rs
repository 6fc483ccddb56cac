//! What the tests of clusters share: a stand-in that is enrolled, as the operator does it.

use proxmox_standin::{SECRET, StandIn, TOKEN};
use serde_json::{Value, json};

use crate::world::{Browser, World};

/// Where the stand-in answers, with its certificates pinned.
pub fn addresses(cluster: &StandIn) -> Value {
    let address = |(address, print): &(std::net::SocketAddr, kernel::egress::Fingerprint)| json!({ "host": address.ip().to_string(), "port": address.port(), "fingerprint": print.to_string() });
    cluster.addresses.iter().map(address).collect()
}

/// What of the stand-in is ours.
pub fn mapping() -> Value {
    json!({
        "ids": { "start": 5000, "end": 5999 }, "storage": "local-lvm", "backup_storage": "backups", "calls_per_second": 200,
        "network": { "bridge": "vmbr0", "addresses": { "first": "10.0.1.1", "prefix": 16, "gateway": "10.0.0.1" } },
        "templates": { "standin": { "kind": "clone", "vmid": 9000 } }
    })
}

/// The form that enrols it.
pub fn form(cluster: &StandIn) -> Value {
    json!({
        "name": "vienna-1", "region": "vienna", "addresses": addresses(cluster), "token_id": TOKEN, "token_secret": SECRET, "mapping": mapping()
    })
}

/// Enrols it, waits until it has answered, and gives its path.
pub async fn enrolled(owner: &Browser, cluster: &StandIn) -> String {
    let made = owner.post("/v1/operator/clusters", &form(cluster)).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("/v1/operator/clusters/{}", made.text_at("/id"));
    owner.until(&path, |cluster| cluster["node"]["state"] == "ready").await;
    path
}

/// Orders the smallest machine on it and waits until it runs.
pub async fn machine(world: &World, customer: &Browser, hostname: &str) -> String {
    machine_with(world, customer, |order| order["hostname"] = json!(hostname)).await
}

/// The same with an order that `change` changed.
pub async fn machine_with(world: &World, customer: &Browser, change: impl FnOnce(&mut Value)) -> String {
    let named = async |path: &str, name: &str| {
        let list = customer.get(path).await.json;
        let items = list.get("items").cloned().unwrap_or(list);
        items.as_array().unwrap().iter().find(|one| one["key"] == name).unwrap_or_else(|| panic!("no {name} in {items:#}"))["id"].clone()
    };
    let mut order = world.smallest_order(customer, "machine", "test_succeeds").await;
    order["region_id"] = named("/v1/regions", "vienna").await;
    order["template_id"] = named("/v1/templates", "standin").await;
    change(&mut order);
    let answer = customer.post("/v1/orders", &order).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let operation = customer.operation(answer.text_at("/operation_id")).await;
    assert_eq!(operation["state"], "succeeded", "{operation:#}");
    answer.text_at("/instance_id").to_owned()
}

/// The open finding of `kind`, once there is one.
pub async fn finding(owner: &Browser, kind: &str) -> Value {
    let find = |list: &Value| list["items"].as_array().into_iter().flatten().find(|one| one["kind"] == kind).cloned();
    let list = owner.until("/v1/operator/findings", |list| find(list).is_some()).await;
    find(&list).unwrap()
}
