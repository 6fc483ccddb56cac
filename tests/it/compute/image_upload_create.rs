//! Uploads begin within limits, and an image of one's own is nobody else's.

use compute::quota::{LIMITS, Limits};
use serde_json::json;
use testkit::both_engines;

use super::image::{begin, disk, kept, location, machine, order, piece, settled, uploaded};
use crate::world::World;

/// Session and role, then rows, keys and counts.
const AT_MOST: u64 = 7;

both_engines!(a_disk_of_ones_own_is_uploaded_and_machines_are_made_of_it, |engine| async move {
    let world = World::ready(engine).await;
    let (ada, mallory) = (world.customer("ada@example.org", "Ada Adams").await, world.customer("mallory@example.net", "Mallory").await);
    let image = uploaded(&ada, "Canary appliance", &disk()).await;
    assert_eq!((&image["state"], &image["name"], &image["disk_gib"]), (&json!("ready"), &json!("Canary appliance"), &json!(1)), "{image:#}");
    assert_eq!(image["nodes"], json!([]), "which nodes there are is the operator's");
    let web = machine(&world, &ada, "web", json!({ "image_id": image["id"] })).await;
    let seen = ada.get(&format!("/v1/instances/{web}")).await;
    assert_eq!((seen.text_at("/state"), seen.text_at("/template/name")), ("running", "Own image"));
    assert_eq!(ada.get("/v1/quota").await.json["images"]["used"], 1);
    assert!(ada.get("/v1/activity").await.json.to_string().contains("compute.image.upload"));

    // The name is under the organisation's key, and in no other row.
    let orders = world.number("SELECT COUNT(*) AS n FROM catalogue_order WHERE template_name LIKE '%Canary%'").await;
    let machines = world.number("SELECT COUNT(*) AS n FROM compute_instance WHERE template_title LIKE '%Canary%'").await;
    assert_eq!((orders, machines), (0, 0));

    // Another customer neither sees nor uses it, under whatever name.
    let path = format!("/v1/images/{}", image["id"].as_str().unwrap());
    assert_eq!(mallory.get(&path).await.status, 404);
    assert_eq!(mallory.get("/v1/images").await.json["items"], json!([]));
    assert_eq!(mallory.post("/v1/orders", &order(&world, &mallory, "theirs", json!({ "image_id": image["id"] })).await).await.wrong_fields(), ["image_id"]);
    let as_template = image["id"].as_str().unwrap().replace("img_", "tpl_");
    assert_eq!(
        mallory.post("/v1/orders", &order(&world, &mallory, "theirs", json!({ "template_id": as_template })).await).await.wrong_fields(),
        ["template_id"]
    );
    let other = world.machine(&mallory, "other").await;
    let stolen = mallory.post(&format!("/v1/instances/{other}/rebuild"), &json!({ "image_id": image["id"] })).await;
    assert_eq!((stolen.status, stolen.wrong_fields()), (422, vec!["image_id"]));
    assert!(!world.visitor().get("/v1/templates").await.json.to_string().contains("Canary"));

    uploaded(&ada, "Another", &disk()).await;
    let (one, all) = (ada.get("/v1/images?limit=1").await, ada.get("/v1/images").await);
    assert_eq!((one.json["items"].as_array().unwrap().len(), all.json["items"].as_array().unwrap().len()), (1, 2));
    assert!(all.statements() == one.statements() && one.statements() <= AT_MOST, "{} and {} statements", one.statements(), all.statements());
});

both_engines!(limits_hold_before_the_first_byte, |engine| async move {
    let world = World::ready(engine).await;
    let limits = Limits { images: 1, ..Limits::default() };
    world.cx.write(async |tx| kernel::setting::write(&tx, LIMITS, &limits).await).await.unwrap();
    world.cx.write(async |tx| kernel::setting::write(&tx, compute::image::LIMIT, &(1_u64 << 20)).await).await.unwrap();
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let base = "/v1/image-uploads";
    assert_eq!(begin(&ada, base, 2 << 20, &[("name", "large")]).await.status, 409);
    assert_eq!(begin(&ada, base, 0, &[("name", "empty")]).await.wrong_fields(), ["Upload-Length"]);
    assert_eq!(begin(&ada, base, 1, &[]).await.wrong_fields(), ["name"]);
    assert_eq!(begin(&ada, base, 1, &[("name", "x"), ("sha256", "abc")]).await.wrong_fields(), ["sha256"]);
    assert_eq!(ada.post(base, &json!({})).await.wrong_fields(), ["Upload-Length"]);
    assert_eq!(kept(&world), 0);
    let first = begin(&ada, base, 1_000, &[("filename", "disk.qcow2")]).await;
    assert_eq!((first.status, first.text_at("/name")), (201, "disk.qcow2"));
    let second = begin(&ada, base, 1_000, &[("name", "second")]).await;
    assert_eq!(second.status, 429, "{second:?}");
    // What is no disk gives its place back.
    assert_eq!(piece(&ada, &location(&first), 0, &[7; 1_000]).await.status, 204);
    let failed = settled(&ada, &format!("/v1/images/{}", first.text_at("/id"))).await;
    assert!(failed["state"] == "failed" && failed["problem"].as_str().unwrap().contains("neither"), "{failed:#}");
    assert_eq!((ada.get("/v1/quota").await.json["images"]["used"].clone(), kept(&world)), (json!(0), 0));
});

both_engines!(the_operator_uploads_for_everybody, |engine| async move {
    let world = World::ready(engine).await;
    let (owner, ada) = (world.owner().await, world.customer("ada@example.org", "Ada Adams").await);
    let base = "/v1/operator/image-uploads";
    assert_eq!(begin(&ada, base, 10, &[("name", "x")]).await.status, 403);
    let begun = begin(&owner, base, disk().len(), &[("name", "House disk"), ("description", "Ours")]).await;
    assert_eq!(piece(&owner, &location(&begun), 0, &disk()).await.status, 204);
    let image = settled(&owner, &format!("/v1/operator/images/{}", begun.text_at("/id"))).await;
    assert_eq!(image["state"], "ready", "{image:#}");
    assert!(ada.get("/v1/templates").await.json.to_string().contains("House disk"));
    machine(&world, &ada, "web", json!({ "template_id": image["template_id"] })).await;
    let next = begin(&owner, base, disk().len(), &[("template_id", image["template_id"].as_str().unwrap())]).await;
    assert_eq!(next.json["version"], 2);
    let built = ada.get("/v1/templates").await.json["items"].as_array().unwrap().iter().find(|one| one["source"] == "built").unwrap()["id"].clone();
    assert_eq!(begin(&owner, base, 10, &[("template_id", built.as_str().unwrap())]).await.wrong_fields(), ["template_id"]);
});
