//! A look by the operator's staff is on the customer's own record, with the reason.

use testkit::{both_engines, covers};

use crate::world::World;

both_engines!(a_customer_sees_who_of_the_staff_looked_and_why, |engine| async move {
    covers!(165);
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let organisation = ada.get("/v1/me").await.text_at("/organisations/0/id").to_owned();
    let owner = world.owner().await;
    let seen = owner.get("/v1/operator/organisations").await;
    assert!(seen.json.to_string().contains(&organisation), "{seen:?}");

    let activity = ada.get("/v1/activity").await.json;
    let look = activity["items"].as_array().unwrap().iter().find(|line| line["actor"]["kind"] == "staff").unwrap_or_else(|| panic!("{activity:#}"));
    assert_eq!(look["actor"]["name"], "Olga Owner");
    assert!(look["staff_purpose"].is_string() && look["at"].is_string(), "{look:#}");
});
