//! What supervisors and Prometheus are told: enough to run it, nothing about anybody.

use compute_driver::simulated::Simulated;
use server::Config;
use server::config::Metrics;
use testkit::{OffsetClock, TestDatabase, both_engines, covers};

use crate::world::World;

/// Every label that a figure may carry, and none other.
const LABELS: &[&str] = &["method", "route", "status", "state", "le"];

async fn text(url: &str) -> String {
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

both_engines!(figures_tell_how_it_runs_and_nothing_about_anybody, |engine| async move {
    covers!(117, 145, 314);
    let database = TestDatabase::fresh(engine).await;
    let config = Config { metrics: Metrics { listen: Some("127.0.0.1:0".parse().unwrap()) }, ..World::config(&database, database.url.clone()) };
    let world = World::with(database, config, OffsetClock::default(), Simulated::default()).await.set_up().await;
    let metrics = format!("http://{}/metrics", world.metrics().unwrap());
    let ada = world.customer("ada.canary@example.org", "Ada Canary").await;
    let machine = world.machine(&ada, "canary-host").await;
    let me = ada.get("/v1/me").await;
    let token = ada.post("/v1/api-tokens", &serde_json::json!({ "name": "canary token" })).await;
    ada.with_token(token.text_at("/secret")).get(&format!("/v1/instances/{machine}")).await;
    ada.get("/v1/instances?after=canary-query").await;

    // Two people look at one page: their visits cannot be told apart.
    let before = text(&metrics).await;
    let visits =
        |text: &str| text.lines().filter(|line| line.contains("requests_total") && line.contains("route=\"/cookies\"")).map(str::to_owned).collect::<Vec<_>>();
    assert!(visits(&before).is_empty());
    world.customer("bob@example.org", "Bob Brown").await.get("/cookies").await;
    ada.get("/cookies").await;
    let figures = text(&metrics).await;
    assert_eq!(visits(&figures), ["fairhold_requests_total{method=\"GET\",route=\"/cookies\",status=\"200\"} 2"]);

    let said = [figures.clone(), text(&format!("{}/healthz", world.url)).await, text(&format!("{}/readyz", world.url)).await].join("\n");
    let ids = [
        me.text_at("/id"),
        me.text_at("/organisations/0/id"),
        me.text_at("/organisations/0/projects/0/id"),
        &machine,
        token.text_at("/secret"),
        token.text_at("/id"),
    ];
    for canary in ["canary", "ada", "example.org", "127.0.0.1", "bob"].into_iter().chain(ids) {
        assert!(!said.to_lowercase().contains(&canary.to_lowercase()), "{canary} is in what monitoring sees:\n{said}");
    }
    for line in figures.lines().filter(|line| !line.starts_with('#')) {
        let labels = line.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}')).map_or("", |(labels, _)| labels);
        for label in labels.split(',').filter(|label| !label.is_empty()) {
            let name = label.split('=').next().unwrap();
            assert!(LABELS.contains(&name), "an unknown label {name} in {line}");
        }
    }
    for figure in [
        "fairhold_request_duration_seconds_bucket",
        "fairhold_request_statements_sum",
        "fairhold_operations{state=\"needs_operator\"} 0",
        "fairhold_events_waiting",
        "fairhold_process_resident_memory_bytes",
        "fairhold_data_free_bytes",
        "fairhold_database_up 1",
    ] {
        assert!(figures.contains(figure), "{figure} is missing in:\n{figures}");
    }
    assert!(figures.ends_with("# EOF\n"), "not OpenMetrics");
    world.stop().await;
});

both_engines!(health_and_readiness_are_answered, |engine| async move {
    let world = World::ready(engine).await;
    assert_eq!(text(&format!("{}/healthz", world.url)).await, "ok");
    let ready = world.visitor().get("/readyz").await;
    assert_eq!((ready.status, ready.json["ready"].as_bool()), (200, Some(true)), "{ready:?}");
    assert!(world.metrics().is_none(), "figures are shown only where the operator asked for them");
    assert_eq!(world.visitor().get("/metrics").await.status, 404);
    world.stop().await;
});
