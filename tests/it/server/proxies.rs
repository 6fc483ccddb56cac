//! Behind a proxy: the address of the client is believed from listed proxies only, so nobody gets
//! round a rate limit, or into somebody's list of sessions, with a header.

use std::num::NonZeroU32;

use compute_driver::simulated::Simulated;
use serde_json::json;
use server::Config;
use server::config::{Limits, Proxies};
use testkit::{Engine, OffsetClock, TestDatabase};

use crate::world::World;

async fn world(trusted: &[&str]) -> World {
    let database = TestDatabase::fresh(Engine::Sqlite).await;
    let config = World::config(&database, database.url.clone());
    let limits = Limits { guarded_per_minute: NonZeroU32::MIN, guarded_burst: NonZeroU32::new(3).unwrap(), ..config.limits };
    let trusted = trusted.iter().map(ToString::to_string).collect();
    let config = Config { limits, proxies: Proxies { trusted, ..Proxies::default() }, ..config };
    World::with(database, config, OffsetClock::default(), Simulated::default()).await
}

async fn statuses(world: &World) -> Vec<u16> {
    let mut statuses = Vec::new();
    for number in 1..=5 {
        let visitor = world.visitor();
        let request = visitor.request(reqwest::Method::POST, "/v1/password-resets").header("x-forwarded-for", format!("203.0.113.{number}"));
        let request = request.header("forwarded", format!("for=198.51.100.{number}")).json(&json!({ "email": "nobody@example.org" }));
        statuses.push(visitor.send(request).await.status);
    }
    statuses
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_made_up_address_gets_nobody_round_the_limit() {
    let world = world(&["10.0.0.0/8"]).await;
    let statuses = statuses(&world).await;
    assert!(statuses[..3].iter().all(|status| *status < 300), "{statuses:?}");
    assert_eq!(statuses[3..], [429, 429], "{statuses:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listed_proxy_s_clients_have_limits_of_their_own() {
    let world = world(&["127.0.0.0/8"]).await;
    let statuses = statuses(&world).await;
    assert!(statuses.iter().all(|status| *status < 300), "{statuses:?}");
    world.stop().await;
}
