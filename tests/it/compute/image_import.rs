//! Images come from their publishers: whole, checked, and only from where they may come.

use std::time::Duration;

use compute_driver::conformance::bootable::{qcow2_disk, raw_disk};
use compute_driver::simulated::{Fault, Operation};
use serde_json::{Value, json};
use testkit::both_engines;

use super::image::{disk, imported, kept, machine, order, settled};
use super::publisher::{Publisher, digest};
use crate::world::World;

both_engines!(an_image_is_fetched_offered_and_a_new_version_takes_its_place, |engine| async move {
    let publisher = Publisher::of(disk()).await;
    let world = World::reaching(engine, &publisher.authority).await;
    let (owner, ada) = (world.owner().await, world.customer("ada@example.org", "Ada Adams").await);
    let first = imported(&owner, &publisher, json!({ "name": "Appliance", "description": "Boots by itself" })).await;
    assert_eq!((&first["state"], &first["version"], &first["disk_gib"]), (&json!("ready"), &json!(1), &json!(1)), "{first:#}");
    assert_eq!((first["received_bytes"].as_u64(), first["total_bytes"].as_u64()), (Some(disk().len() as u64), Some(disk().len() as u64)));
    let operation = owner.operation(first["operation_id"].as_str().unwrap()).await;
    assert_eq!(operation["steps"].as_array().unwrap().iter().map(|step| step["name"].clone()).collect::<Vec<_>>(), ["fetch", "check", "finish"]);

    // It is on offer, and machines are made of it.
    let offered = |list: &Value| list["items"].as_array().unwrap().iter().find(|one| one["name"] == "Appliance").cloned();
    let template = offered(&ada.get("/v1/templates").await.json).unwrap();
    assert_eq!((&template["key"], &template["description"], &template["source"]), (&json!("appliance"), &json!("Boots by itself"), &json!("image")));
    let web = machine(&world, &ada, "web", json!({ "template_id": template["id"] })).await;
    let made_of = world.hypervisor.spec(&compute_driver::Reference::parse(&web).unwrap()).unwrap().template;
    assert_eq!(world.hypervisor.images(), [made_of.as_str()]);
    assert_eq!(ada.get(&format!("/v1/instances/{web}")).await.text_at("/template/name"), "Appliance");

    // A newer one: new machines get it, the old one stays as it is.
    publisher.lock().file = qcow2_disk(2 << 30);
    let second = imported(&owner, &publisher, json!({ "template_id": template["id"] })).await;
    assert_eq!((&second["state"], &second["version"], &second["disk_gib"]), (&json!("ready"), &json!(2), &json!(2)), "{second:#}");
    let db = machine(&world, &ada, "db", json!({ "template_id": template["id"] })).await;
    assert_ne!(world.hypervisor.spec(&compute_driver::Reference::parse(&db).unwrap()).unwrap().template, made_of);
    let all = owner.until("/v1/operator/templates", |list| offered(list).is_some_and(|one| one["versions"][0]["nodes"] == json!(["node-1"]))).await;
    let shown = offered(&all).unwrap();
    let versions: Vec<_> = shown["versions"].as_array().unwrap().iter().map(|one| (one["version"].clone(), one["machines"].clone())).collect();
    assert_eq!(versions, [(json!(2), json!(1)), (json!(1), json!(1))]);
    assert_eq!(shown["machines"], 2);

    // What left the installation is on record.
    let asked =
        world.number("SELECT COUNT(*) AS n FROM kernel_disclosure WHERE recipient = 'compute.image_publisher' AND host = '127.0.0.1' AND entries = ''").await;
    assert_eq!(asked, 2);
});

both_engines!(a_broken_transfer_goes_on_where_it_stopped, |engine| async move {
    let mut file = disk();
    file.resize(3 << 20, 0);
    let publisher = Publisher::of(file).await;
    publisher.lock().cuts = vec![1 << 20, 300_000];
    let world = World::reaching(engine, &publisher.authority).await;
    let image = imported(&world.owner().await, &publisher, json!({ "name": "Appliance" })).await;
    assert_eq!(image["state"], "ready", "{image:#}");
    let asked = publisher.lock().asked_from.clone();
    assert_eq!((asked.len(), asked[0]), (3, 0), "{asked:?}");
    assert!(asked[1] > 0 && asked[1] <= 1 << 20 && asked[2] > asked[1], "{asked:?}");
});

both_engines!(a_server_that_is_told_to_stop_waits_for_no_transfer_and_goes_on_with_it_later, |engine| async move {
    for unversioned in [false, true] {
        let mut file = disk();
        file.resize(64 << 20, 0);
        let publisher = Publisher::of(file).await;
        {
            let mut slow = publisher.lock();
            (slow.pause, slow.unversioned) = (Duration::from_millis(200), unversioned);
        }
        let world = World::reaching(engine, &publisher.authority).await;
        let owner = world.owner().await;
        let asked = owner.post("/v1/operator/images", &json!({ "name": "Slow", "url": publisher.url, "sha256": publisher.sha256() })).await;
        let path = format!("/v1/operator/images/{}", asked.text_at("/id"));
        owner.until(&path, |image| image["received_bytes"].as_u64() > Some(0)).await;

        let (config, clock, hypervisor) = (world.config.clone(), world.clock.clone(), world.hypervisor.clone());
        let told = std::time::Instant::now();
        let database = world.stop().await;
        assert!(told.elapsed() < Duration::from_secs(20), "the rest of the file would take three minutes: {:?}", told.elapsed());

        publisher.lock().pause = Duration::ZERO;
        let world = World::with(database, config, clock, hypervisor).await;
        let image = settled(&world.owner().await, &path).await;
        assert_eq!(image["state"], "ready", "{image:#}");
        let asked = publisher.lock().asked_from.clone();
        assert_eq!((asked.len(), asked[0], asked[1] == 0), (2, 0, unversioned), "{asked:?}");
    }
});

both_engines!(another_file_than_was_promised_is_not_kept_and_can_be_tried_again, |engine| async move {
    let publisher = Publisher::of(disk()).await;
    let world = World::reaching(engine, &publisher.authority).await;
    let owner = world.owner().await;
    let promised = publisher.sha256();
    publisher.lock().file[70_000] ^= 1;
    let asked = owner.post("/v1/operator/images", &json!({ "name": "Appliance", "url": publisher.url, "sha256": promised })).await;
    let path = format!("/v1/operator/images/{}", asked.text_at("/id"));
    let failed = settled(&owner, &path).await;
    assert_eq!(failed["state"], "failed");
    assert!(failed["problem"].as_str().unwrap().contains(&format!("its SHA-256 is {}", publisher.sha256())), "{failed:#}");
    assert_eq!(kept(&world), 0);
    assert!(!world.visitor().get("/v1/templates").await.json.to_string().contains("Appliance"), "what is not ready is not on offer");

    publisher.lock().file[70_000] ^= 1;
    let again = owner.post(&format!("{path}/retry"), &json!({})).await;
    assert_eq!((again.status, again.text_at("/state")), (202, "fetching"), "{again:?}");
    assert_eq!(settled(&owner, &path).await["state"], "ready");
    assert_eq!(owner.post(&format!("{path}/retry"), &json!({})).await.status, 409);
});

both_engines!(what_is_no_disk_or_points_elsewhere_is_refused_with_its_reason, |engine| async move {
    let publisher = Publisher::of(Vec::new()).await;
    let world = World::reaching(engine, &publisher.authority).await;
    let owner = world.owner().await;
    let mut backed = disk();
    backed[8..16].copy_from_slice(&512_u64.to_be_bytes());
    backed[16..20].copy_from_slice(&11_u32.to_be_bytes());
    backed[512..523].copy_from_slice(b"/etc/passwd");
    let mut data_file = disk();
    data_file[72..76].copy_from_slice(&0x4441_5441_u32.to_be_bytes());
    let mut bomb = disk();
    bomb[24..32].copy_from_slice(&(1_u64 << 60).to_be_bytes());
    let mut damaged = disk();
    damaged[4 * 65_536..4 * 65_536 + 8].copy_from_slice(&0x7fff_0000_0000_0000_u64.to_be_bytes());
    let files = [
        (backed, "backing file"),
        (data_file, "another file"),
        (bomb, "GiB"),
        (damaged, "damaged"),
        (b"\x1f\x8b\x08\0".to_vec(), "gzip"),
        (vec![0; 4_096], "neither"),
    ];
    for (number, (file, why)) in files.into_iter().enumerate() {
        publisher.lock().file = file;
        let image = imported(&owner, &publisher, json!({ "name": format!("Trap {number}") })).await;
        assert_eq!(image["state"], "failed", "{why}: {image:#}");
        assert!(image["problem"].as_str().unwrap().contains(why), "{why}: {image:#}");
        assert_eq!(kept(&world), 0, "{why}");
    }
    // A raw disk is brought into our form.
    publisher.lock().file = raw_disk(1 << 20);
    let image = imported(&owner, &publisher, json!({ "name": "Raw" })).await;
    assert_eq!((&image["state"], &image["sha256"]), (&json!("ready"), &json!(publisher.sha256())), "{image:#}");
});

both_engines!(nothing_is_fetched_from_inside_or_without_tls, |engine| async move {
    let publisher = Publisher::of(disk()).await;
    let world = World::reaching(engine, &publisher.authority).await;
    let owner = world.owner().await;
    let sha256 = publisher.sha256();
    for url in [
        "http://example.org/disk",
        "ftp://example.org/disk",
        "https://10.0.0.1/disk",
        "https://[::1]/disk",
        "https://169.254.169.254/latest",
        "https://a:b@example.org/",
        "nothing",
    ] {
        let refused = owner.post("/v1/operator/images", &json!({ "name": "X", "url": url, "sha256": sha256 })).await;
        assert_eq!((refused.status, refused.wrong_fields()), (422, vec!["url"]), "{url}: {refused:?}");
    }
    let refused = owner.post("/v1/operator/images", &json!({ "url": "x", "sha256": "abc" })).await;
    assert_eq!(refused.wrong_fields(), ["sha256", "name", "url"]);
    // A publisher that is allowed may not lead inside either, and not away from TLS.
    for url in ["https://10.0.0.1/disk", "https://192.168.0.1:8006/", "http://127.0.0.1/disk"] {
        publisher.lock().elsewhere = Some(url.to_owned());
        let image = imported(&owner, &publisher, json!({ "name": "Elsewhere" })).await;
        let problem = image["problem"].as_str().unwrap();
        assert!(image["state"] == "failed" && (problem.contains("not public") || problem.contains("https only")), "{url}: {image:#}");
    }
    publisher.lock().elsewhere = Some(publisher.url.clone());
    let image = imported(&owner, &publisher, json!({ "name": "Round" })).await;
    assert!(image["problem"].as_str().unwrap().contains("more than 5 times"), "{image:#}");
    publisher.lock().elsewhere = None;
    publisher.lock().status = Some(404);
    let image = imported(&owner, &publisher, json!({ "name": "Gone" })).await;
    assert!(image["problem"].as_str().unwrap().contains("404"), "{image:#}");
});

both_engines!(a_file_that_is_too_large_or_given_up_is_not_kept, |engine| async move {
    let mut file = disk();
    file.resize(8 << 20, 0);
    let publisher = Publisher::of(file).await;
    let world = World::reaching(engine, &publisher.authority).await;
    let owner = world.owner().await;
    world.cx.write(async |tx| kernel::setting::write(&tx, compute::image::LIMIT, &(1_u64 << 20)).await).await.unwrap();
    let image = imported(&owner, &publisher, json!({ "name": "Large" })).await;
    assert!(image["state"] == "failed" && image["problem"].as_str().unwrap().contains("1 MiB"), "{image:#}");
    world.cx.write(async |tx| kernel::setting::write(&tx, compute::image::LIMIT, &(1_u64 << 30)).await).await.unwrap();

    publisher.lock().pause = Duration::from_millis(200);
    let asked = owner.post("/v1/operator/images", &json!({ "name": "Slow", "url": publisher.url, "sha256": publisher.sha256() })).await;
    let path = format!("/v1/operator/images/{}", asked.text_at("/id"));
    owner.until(&path, |image| image["received_bytes"].as_u64() > Some(0)).await;
    assert_eq!(owner.delete(&path).await.text_at("/state"), "failed");
    let operation = owner.operation(asked.text_at("/operation_id")).await;
    assert_eq!(operation["state"], "undone", "{operation:#}");
    assert_eq!((kept(&world), owner.get(&path).await.text_at("/problem").to_owned()), (0, "It was given up.".to_owned()));
    assert_eq!(owner.delete(&path).await.text_at("/state"), "deleted");
});

both_engines!(a_node_without_room_takes_no_image_and_the_order_says_so, |engine| async move {
    let publisher = Publisher::of(disk()).await;
    let world = World::reaching(engine, &publisher.authority).await;
    let (owner, ada) = (world.owner().await, world.customer("ada@example.org", "Ada Adams").await);
    let image = imported(&owner, &publisher, json!({ "name": "Appliance" })).await;
    world.hypervisor.inject(Operation::EnsureImage, Fault::storage_full());
    let ordered = ada.post("/v1/orders", &order(&world, &ada, "web", json!({ "template_id": image["template_id"] })).await).await;
    let operation = ada.operation(ordered.text_at("/operation_id")).await;
    assert_eq!(operation["state"], "undone", "{operation:#}");
    assert!(operation.to_string().contains("0 MiB of disk are free"), "{operation:#}");
    // A node that takes in no images is left out, and the operator reads why.
    world.hypervisor.without(compute_driver::Feature::Images);
    owner.until("/v1/nodes", |_| world.hypervisor.images().is_empty()).await;
    compute::node::enrol(&world.cx).await.unwrap();
    let ordered = ada.post("/v1/orders", &order(&world, &ada, "db", json!({ "template_id": image["template_id"] })).await).await;
    ada.operation(ordered.text_at("/operation_id")).await;
    let seen = owner.get(&format!("/v1/operations/{}", ordered.text_at("/operation_id"))).await;
    assert!(seen.json.to_string().contains("it does not have the image img-"), "{seen:?}");
});

both_engines!(customers_import_nothing, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let form = json!({ "name": "X", "url": "https://example.org/disk", "sha256": digest(b"") });
    assert_eq!(ada.post("/v1/operator/images", &form).await.status, 403);
});
