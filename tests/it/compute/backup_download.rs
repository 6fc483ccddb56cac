//! A backup's archive comes whole and as it is, its download is on record, and a new machine is ordered from a backup.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::both_engines;

use crate::world::{Browser, World};

/// Session and role, then rows and keys.
const AT_MOST: u64 = 6;

async fn backup(ada: &Browser, machine: &str, name: &str) -> Value {
    let asked = ada.post(&format!("/v1/instances/{machine}/backups"), &json!({ "name": name })).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    ada.until(&format!("/v1/backups/{}", asked.text_at("/id")), |backup| backup["state"] == "ready").await
}

both_engines!(an_archive_comes_whole_and_is_on_record, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let machine = world.machine(&ada, "web").await;
    let kept = backup(&ada, &machine, "before the upgrade").await;
    let id = kept["id"].as_str().unwrap();

    let answer = ada.request(Method::GET, &format!("/v1/backups/{id}/archive")).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    assert_eq!(
        (header("content-type"), header("content-encoding"), header("cache-control")),
        ("application/x-qemu-disk".into(), String::new(), "no-store".into())
    );
    assert_eq!(header("content-length"), kept["bytes"].to_string());
    let name = header("content-disposition");
    assert!(name.starts_with("attachment; filename=\"web-20") && name.ends_with(".qcow2\""), "{name}");
    assert_eq!(answer.bytes().await.unwrap().len() as u64, kept["bytes"].as_u64().unwrap());

    let activity = ada.get("/v1/activity").await.json;
    let acts: Vec<&str> = activity["items"].as_array().unwrap().iter().filter_map(|act| act["action"].as_str()).collect();
    assert!(["compute.backup.create", "compute.backup.download"].iter().all(|act| acts.contains(act)), "{acts:?}");

    backup(&ada, &machine, "another").await;
    let (one, all) = (ada.get("/v1/backups?limit=1").await, ada.get(&format!("/v1/backups?instance={machine}")).await);
    assert_eq!((one.json["items"].as_array().unwrap().len(), all.json["items"].as_array().unwrap().len()), (1, 2));
    assert!(one.statements() <= AT_MOST && all.statements() == one.statements(), "{} and {} statements", one.statements(), all.statements());
});

both_engines!(a_new_machine_is_ordered_from_a_backup, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let machine = world.machine(&ada, "web").await;
    let kept = backup(&ada, &machine, "before the upgrade").await;
    let mut order = world.smallest_order(&ada, "copy", "test_succeeds").await;
    order["backup_id"] = kept["id"].clone();
    assert_eq!(ada.post("/v1/orders", &order).await.wrong_fields(), ["template_id"], "both at once");
    order["template_id"] = Value::Null;
    let mallory = world.customer("mallory@example.net", "Mallory").await;
    assert_eq!(mallory.post("/v1/orders", &order).await.wrong_fields(), ["backup_id"], "another's backup is none");

    let ordered = ada.post("/v1/orders", &order).await;
    assert_eq!((ordered.status, ordered.text_at("/template/name")), (202, kept["template"]["name"].as_str().unwrap()));
    let operation = ada.operation(ordered.text_at("/operation_id")).await;
    assert_eq!(operation["state"], "succeeded", "{operation:#}");
    let copy = ada.get(&format!("/v1/instances/{}", ordered.text_at("/instance_id"))).await.json;
    assert_eq!((&copy["state"], &copy["hostname"]), (&json!("running"), &json!("copy")));
    assert_eq!(ada.get("/v1/quota").await.json["backups"]["used"], 1);
});

both_engines!(a_project_with_a_backup_is_not_deleted, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let machine = world.machine(&ada, "web").await;
    backup(&ada, &machine, "before the upgrade").await;
    let project = ada.get("/v1/me").await.text_at("/organisations/0/projects/0/id").to_owned();
    let organisation = ada.get("/v1/me").await.text_at("/organisations/0/id").to_owned();
    let other = ada.post(&format!("/v1/projects?organisation={organisation}"), &json!({ "name": "Other" })).await;
    assert_eq!(other.status, 201, "{other:?}");
    let answer = ada.delete(&format!("/v1/projects/{project}?project={project}")).await;
    assert_eq!(answer.status, 409, "{answer:?}");
    assert!(answer.text_at("/detail").contains("1 machine and 1 backup"), "{answer:?}");
});
