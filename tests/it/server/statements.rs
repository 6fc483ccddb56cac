//! Lists cost the same number of statements whatever the page: every list of the OpenAPI document
//! is tried, so a new one is tried without anybody writing a test.

use compute::quota::{LIMITS, Limits};
use serde_json::{Value, json};
use testkit::both_engines;

use crate::world::World;

/// For one request, finding out who asks included.
const MOST: u64 = 8;
const ROWS: usize = 50;

/// Lists that certainly have a full page here.
const LONG: &[&str] = &["api_token_list", "instance_list", "order_list", "payment_list", "operation_list", "activity_list"];

struct List {
    name: String,
    path: String,
    is_paged: bool,
}

/// Routes that answer with a page.
fn lists() -> Vec<List> {
    let document = serde_json::to_value(server::app::api().1).unwrap();
    let mut lists = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let list = &methods["get"];
        let answer = list.pointer("/responses/200/content/application~1json/schema/$ref").and_then(Value::as_str).unwrap_or_default();
        if answer.contains("/Page_") {
            let is_paged = list["parameters"].as_array().into_iter().flatten().any(|one| one["name"] == "limit");
            lists.push(List { name: list["operationId"].as_str().unwrap().to_owned(), path: path.clone(), is_paged });
        }
    }
    lists
}

both_engines!(lists_cost_the_same_whatever_the_page, |engine| async move {
    let world = World::ready(engine).await;
    let limits = Limits { machines: 1_000, cpus: 1_000, memory_mib: 10_000_000, disk_gib: 100_000, snapshots: 1_000, backups: 1_000, ..Limits::default() };
    world.cx.write(async |tx| kernel::setting::write(&tx, LIMITS, &limits).await).await.unwrap();
    let (owner, ada) = (world.owner().await, world.customer("ada@example.org", "Ada Adams").await);
    let mut order = world.smallest_order(&ada, "first", "test_succeeds").await;
    let mut machine = String::new();
    for number in 0..ROWS {
        order["hostname"] = format!("machine-{number}").into();
        let ordered = ada.post("/v1/orders", &order).await;
        assert_eq!(ordered.status, 202, "{ordered:?}");
        ordered.text_at("/instance_id").clone_into(&mut machine);
        let token = ada.post("/v1/api-tokens", &json!({ "name": format!("token {number}") })).await;
        assert_eq!(token.status, 201, "{token:?}");
    }
    // What the workflows do in passing ends before the counting.
    ada.until("/v1/orders", |orders| orders["items"].as_array().unwrap().iter().all(|order| order["state"] == "active")).await;

    let (mut seen, mut faults) = (0, Vec::new());
    for list in lists() {
        let path = list.path.replace("{id}", &machine);
        let browser = if list.path.starts_with("/v1/operator") || ["node_list", "address_pool_list"].contains(&list.name.as_str()) { &owner } else { &ada };
        let mut counts = Vec::new();
        for limit in [12, ROWS] {
            let answer = browser.get(&if list.is_paged { format!("{path}?limit={limit}") } else { path.clone() }).await;
            assert_eq!(answer.status, 200, "{}: {answer:?}", list.name);
            let rows = answer.json["items"].as_array().unwrap().len();
            if LONG.contains(&list.name.as_str()) {
                assert_eq!(rows, limit, "{} has too few rows for this test", list.name);
                seen += 1;
            }
            counts.push((rows, answer.statements()));
        }
        println!(
            "{:<28} {}",
            list.name,
            counts.iter().map(|(rows, statements)| format!("{rows:>3} rows {statements} statements")).collect::<Vec<_>>().join("; ")
        );
        if counts[1].1 > counts[0].1 {
            faults.push(format!("{} takes more statements for a larger page: {counts:?}", list.name));
        }
        if counts.iter().any(|(_, statements)| *statements > MOST) {
            faults.push(format!("{} takes more than {MOST} statements: {counts:?}", list.name));
        }
    }
    assert_eq!(seen, LONG.len() * 2, "a list that this test fills is gone or has another name");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    world.stop().await;
});
