//! The main job from end to end over HTTP: sign up, order, use, pay, look, export, erase, verify.

use compute_driver::Driver;
use serde_json::json;
use testkit::both_engines;

use crate::world::World;

both_engines!(a_stranger_orders_uses_pays_and_takes_everything_away, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada.canary@example.org", "Ada Canary").await;
    let me = ada.get("/v1/me").await.json;
    assert_eq!(me["email_verified"], true);
    assert_eq!(me["organisations"][0]["projects"].as_array().unwrap().len(), 1);

    // Order, and see it run.
    let machine = world.machine(&ada, "ada-canary-host").await;
    let shown = ada.until(&format!("/v1/instances/{machine}"), |machine| machine["state"] == "running").await;
    assert_eq!(shown["hostname"], "ada-canary-host");

    // Use it.
    let operation = ada.post(&format!("/v1/instances/{machine}/stop"), &json!({})).await;
    assert_eq!(operation.status, 202, "{operation:?}");
    ada.until(&format!("/v1/instances/{machine}"), |machine| machine["state"] == "stopped").await;
    let operation = ada.post(&format!("/v1/instances/{machine}/start"), &json!({})).await;
    assert_eq!(operation.status, 202, "{operation:?}");
    ada.until(&format!("/v1/instances/{machine}"), |machine| machine["state"] == "running").await;

    // Pay: the first month was charged with the order, and its invoice says exactly that.
    let order = ada.get("/v1/orders").await.json["items"][0].clone();
    let invoices = ada.until("/v1/invoices", |list| !list["items"].as_array().unwrap().is_empty()).await;
    let invoice = ada.get(&format!("/v1/invoices/{}", invoices["items"][0]["id"].as_str().unwrap())).await.json;
    assert_eq!(invoice["gross"], order["charged_now"], "{invoice:#}");
    assert_eq!((invoice["state"].as_str(), invoice["due"]["minor"].as_i64()), (Some("paid"), Some(0)));
    let (net, tax, gross) = (&invoice["net"]["minor"], &invoice["tax"]["minor"], &invoice["gross"]["minor"]);
    assert_eq!(net.as_i64().unwrap() + tax.as_i64().unwrap(), gross.as_i64().unwrap());
    let document = ada.bytes(&format!("/v1/invoices/{}/pdf", invoice["id"].as_str().unwrap())).await;
    assert!(document.starts_with(b"%PDF"), "the invoice is no PDF");
    assert_eq!(ada.get("/v1/usage").await.json["currency"], "EUR");
    assert_eq!(billing::verify::verify(&world.cx).await.unwrap(), Vec::<String>::new());

    // Look: everything that happened is on record.
    let activity = ada.get("/v1/activity").await.json;
    let actions: Vec<&str> = activity["items"].as_array().unwrap().iter().filter_map(|line| line["action"].as_str()).collect();
    for expected in ["catalogue.order.create", "compute.instance.stop", "compute.instance.start"] {
        assert!(actions.contains(&expected), "{expected} is not in {actions:?}");
    }

    // Take everything away.
    let export = ada.post("/v1/privacy/exports", &json!({})).await;
    assert_eq!(export.status, 202, "{export:?}");
    let operation = ada.operation(export.text_at("/operation_id")).await;
    assert_eq!(operation["state"], "succeeded", "{operation:#}");
    let bundle = ada.bytes(&format!("/v1/privacy/exports/{}/download", export.text_at("/id"))).await;
    assert!(bundle.starts_with(b"PK"), "the export is no zip file");

    let preview = ada.get("/v1/privacy/erasure-preview").await.json;
    assert!(preview["goes"].as_array().is_some_and(|goes| !goes.is_empty()), "{preview:#}");
    let erasure = ada.post("/v1/privacy/erasures", &json!({ "confirm_email": "ada.canary@example.org" })).await;
    assert_eq!(erasure.status, 202, "{erasure:?}");
    let certificate = world
        .visitor()
        .until(&format!("/v1/certificates/{}", erasure.text_at("/certificate_id")), |certificate| certificate["certificate"]["id"].is_string())
        .await;
    let report = privacy::certificate::verify_offline(&certificate.to_string());
    assert!(report.is_ok(), "{report:?}");
    assert_eq!(ada.get("/v1/me").await.status, 401, "the session outlived the person");
    assert!(world.hypervisor.list().await.unwrap().is_empty(), "a machine outlived its owner");

    let database = world.stop().await;
    for file in walk(database.folder()) {
        let bytes = std::fs::read(&file).unwrap();
        for canary in ["ada.canary@example.org", "Ada Canary", "ada-canary-host"] {
            let found = bytes.windows(canary.len()).any(|part| part.eq_ignore_ascii_case(canary.as_bytes()));
            assert!(!found, "{canary} is still in {}", file.display());
        }
    }
});

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { files.extend(walk(&entry.path())) } else { files.push(entry.path()) }
    }
    files
}

both_engines!(a_declined_payment_leaves_no_machine_and_can_be_tried_again, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let order = world.smallest_order(&ada, "second-chance", "test_declines").await;
    let answer = ada.post("/v1/orders", &order).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let path = format!("/v1/orders/{}", answer.text_at("/id"));
    let failed = ada.until(&path, |order| order["state"] == "payment_failed").await;
    assert!(failed["problem"].is_string(), "{failed:#}");
    assert!(world.hypervisor.list().await.unwrap().is_empty());
    let again = ada.post(&format!("{path}/retry"), &json!({ "payment_method": "test_succeeds" })).await;
    assert_eq!(again.status, 202, "{again:?}");
    ada.until(&path, |order| order["state"] == "active").await;
});
