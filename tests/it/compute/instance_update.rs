//! Renaming a machine, and refusing what is no name.

use serde_json::json;
use testkit::both_engines;

use crate::world::World;

both_engines!(a_machine_gets_a_new_name_and_an_empty_one_is_refused, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let path = format!("/v1/instances/{}", world.machine(&ada, "web").await);
    let renamed = ada.patch(&path, &json!({ "name": "Shop front" })).await;
    assert_eq!((renamed.status, renamed.text_at("/name")), (200, "Shop front"));
    assert_eq!(ada.get(&path).await.text_at("/hostname"), "web", "a name is not the host name");
    let refused = ada.patch(&path, &json!({ "name": " " })).await;
    assert_eq!((refused.status, refused.wrong_fields()), (422, vec!["name"]));
});
