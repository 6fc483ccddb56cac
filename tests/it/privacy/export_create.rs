//! A copy of everything, whichever door it is asked for at.

use serde_json::json;
use testkit::both_engines;

use crate::world::World;

both_engines!(a_session_and_a_token_get_the_same_content, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let token = ada.post("/v1/api-tokens", &json!({ "name": "program" })).await;
    let program = ada.with_token(token.text_at("/secret"));
    let mut hashes = Vec::new();
    for door in [&ada, &program, &ada] {
        let export = door.post("/v1/privacy/exports", &json!({})).await;
        assert_eq!(export.status, 202, "{export:?}");
        door.operation(export.text_at("/operation_id")).await;
        let ready = door.get(&format!("/v1/privacy/exports/{}", export.text_at("/id"))).await.json;
        hashes.push(ready["content_sha256"].as_str().unwrap().to_owned());
    }
    assert!(hashes.iter().all(|hash| hash == &hashes[0] && hash.len() == 64), "{hashes:?}");

    // Each was a request with a deadline, and is done.
    let requests = ada.get("/v1/privacy/requests").await.json;
    let kinds: Vec<_> = requests["items"].as_array().unwrap().iter().map(|one| (one["kind"].as_str(), one["state"].as_str())).collect();
    assert_eq!(kinds, [(Some("access"), Some("done")); 3]);
});
