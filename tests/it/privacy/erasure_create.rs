//! An erasure bills what was used, says goodbye, and says how it stands until the certificate is there.

use std::time::Duration;

use billing::meter::Reading;
use compute_driver::Driver;
use kernel::{ByWorkflow, Place, Scope};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use testkit::{both_engines, covers};

use crate::world::World;

both_engines!(what_was_used_is_billed_as_previewed_and_the_last_mail_goes_in_time, |engine| async move {
    covers!(7);
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Canary").await;
    let mut order = world.smallest_order(&ada, "web", "test_succeeds").await;
    order["cycle"] = json!("hourly");
    let order = ada.post("/v1/orders", &order).await;
    ada.operation(order.text_at("/operation_id")).await;
    // A thousand hours of use, as the hypervisor would report them.
    let organisation = ada.get("/v1/me").await.text_at("/organisations/0/id").parse().unwrap();
    let at = Scope::<ByWorkflow>::acting("test", Place::Organisation { organisation });
    let reading = Reading { sequence: 1_000_000, running_seconds: 3_600_000, disk_gib_seconds: 0, rx_bytes: 0, tx_bytes: 0, at: world.cx.now() };
    let machine = order.text_at("/instance_id");
    world.cx.write(async |tx| billing::meter::record(&tx, &at, machine, reading).await).await.unwrap();

    let preview = ada.get("/v1/privacy/erasure-preview").await.json;
    let bill = preview["bills"][0]["total"].clone();
    assert!(bill["minor"].as_i64().unwrap() > 1, "{preview:#}");
    let titles: Vec<&str> = preview["goes"].as_array().unwrap().iter().filter_map(|one| one["title"].as_str()).collect();
    assert!(titles.contains(&"account") && !titles.iter().any(|title| title.contains('_')), "people's words, not tables: {titles:?}");

    let erasure = ada.post("/v1/privacy/erasures", &json!({ "confirm_email": "ada@example.org" })).await;
    assert_eq!(erasure.status, 202, "{erasure:?}");
    let path = format!("/v1/certificates/{}", erasure.text_at("/certificate_id"));
    let pending = world.visitor().get(&path).await;
    assert_eq!((pending.status, pending.text_at("/state")), (202, "pending"));
    assert!(pending.headers.contains_key("retry-after"));
    // The machine takes a moment to go, so the mail can be seen before it goes too.
    let told = world.mailed(&["Your account is being erased", "was invoiced first: 2026-000001 over"]).await;
    assert!(told, "the last mail, with the invoice in it");

    let certificate = world.visitor().until(&path, |certificate| certificate["certificate"]["id"].is_string()).await;
    assert_eq!(certificate["certificate"]["titles"]["billing_invoice"], "invoices and credit notes", "{certificate:#}");
    let sql = "SELECT number, gross FROM billing_invoice";
    let invoices = world.cx.db().query_all_raw(Statement::from_string(world.cx.database().backend(), sql)).await.unwrap();
    assert_eq!(invoices.len(), 1);
    assert_eq!(invoices[0].try_get::<i64>("", "gross").unwrap(), bill["minor"].as_i64().unwrap(), "as the preview said");
    assert_eq!(billing::verify::verify(&world.cx).await.unwrap(), Vec::<String>::new());

    // The contact is gone now; the invoice when the law's term ends, to the second.
    let count = async |table: &str| -> i64 {
        let sql = format!("SELECT COUNT(*) AS n FROM {table}");
        world.cx.db().query_one_raw(Statement::from_string(world.cx.database().backend(), sql)).await.unwrap().unwrap().try_get("", "n").unwrap()
    };
    assert_eq!(count("identity_person").await, 1, "the owner of the installation is left");
    let until: kernel::Timestamp = serde_json::from_value(certificate["certificate"]["kept"]["billing_invoice"]["until"].clone()).unwrap();
    world.clock.advance(until.since(world.cx.now()) - Duration::from_secs(60));
    privacy::retention::sweep(&world.cx).await.unwrap();
    assert_eq!(count("billing_invoice").await, 1, "a minute before");
    world.clock.advance(Duration::from_secs(61));
    privacy::retention::sweep(&world.cx).await.unwrap();
    assert_eq!(count("billing_invoice").await, 0, "a second after");
    assert_eq!(world.visitor().get("/v1/certificates/crt_00000000000000000000000000").await.status, 404);
});

both_engines!(backups_go_too_those_of_machines_that_are_gone_included, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Canary").await;
    for hostname in ["web", "gone"] {
        let machine = world.machine(&ada, hostname).await;
        let backup = ada.post(&format!("/v1/instances/{machine}/backups"), &json!({ "name": "before the move" })).await;
        ada.until(&format!("/v1/backups/{}", backup.text_at("/id")), |backup| backup["state"] == "ready").await;
        if hostname == "gone" {
            ada.delete(&format!("/v1/instances/{machine}")).await;
            world.clock.advance(Duration::from_secs(700));
            ada.until(&format!("/v1/instances/{machine}"), |machine| machine["state"] == "deleted").await;
        }
    }
    assert_eq!(world.hypervisor.backups().await.unwrap().len(), 2, "a backup outlives its machine");
    let preview = ada.get("/v1/privacy/erasure-preview").await.json;
    let doomed: Vec<_> = preview["machines"].as_array().unwrap().iter().map(|one| (one["kind"].as_str().unwrap(), one["name"].as_str().unwrap())).collect();
    assert_eq!(doomed, [("machine", "web"), ("backup", "web: before the move"), ("backup", "gone: before the move")]);

    let erasure = ada.post("/v1/privacy/erasures", &json!({ "confirm_email": "ada@example.org" })).await;
    let path = format!("/v1/certificates/{}", erasure.text_at("/certificate_id"));
    let certificate = world.visitor().until(&path, |certificate| certificate["certificate"]["id"].is_string()).await;
    assert_eq!(certificate["certificate"]["destroyed"]["backups"], 2, "{certificate:#}");
    assert_eq!(world.hypervisor.backups().await.unwrap(), []);
});
