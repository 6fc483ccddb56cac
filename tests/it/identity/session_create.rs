//! Sessions are listed, can be ended, and end by themselves.

use std::time::Duration;

use testkit::{both_engines, covers};

use crate::world::World;

both_engines!(a_revoked_session_is_out_at_the_next_call, |engine| async move {
    covers!(115);
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let mut phone = world.visitor();
    phone.sign_in("ada@example.org").await;
    let sessions = ada.get("/v1/sessions").await.json;
    assert_eq!(sessions["items"].as_array().unwrap().len(), 2);
    let other = sessions["items"].as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
    assert_eq!(ada.delete(&format!("/v1/sessions/{}", other["id"].as_str().unwrap())).await.status, 204);
    assert_eq!(phone.get("/v1/me").await.status, 401);
    assert_eq!(ada.get("/v1/me").await.status, 200);
});

both_engines!(a_session_ends_with_its_term, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    world.clock.advance(Duration::from_secs(15 * 86_400));
    assert_eq!(ada.get("/v1/me").await.status, 401, "an idle session outlived its term");
});
