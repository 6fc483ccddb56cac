//! The disks of a project, and of one machine.

use serde_json::json;
use testkit::both_engines;

use super::disk::{did, made};
use crate::world::World;

both_engines!(disks_are_listed_newest_first_and_by_machine, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let web = world.machine(&ada, "web").await;
    let (one, two) = (made(&ada, "one", 1).await, made(&ada, "two", 2).await);
    did(&ada, &one, "attach", &json!({ "instance_id": web })).await;
    let names = async |path: String| {
        let list = ada.get(&path).await;
        list.json["items"].as_array().unwrap().iter().map(|disk| disk["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("/v1/disks".to_owned()).await, [two, one.clone()]);
    assert_eq!(names(format!("/v1/disks?instance={web}")).await, [one]);
    let page = ada.get("/v1/disks?limit=1").await;
    assert!(page.json["next"].is_string(), "{page:?}");
    let mallory = world.customer("mallory@example.org", "Mallory").await;
    assert_eq!(mallory.get("/v1/disks").await.json["items"], json!([]));
});
