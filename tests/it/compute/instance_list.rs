//! A list costs the same few statements whatever its page holds.

use kernel::{KeyOwner, OrganisationId};
use testkit::both_engines;

use crate::world::World;

/// Session and role; rows, what their nodes can do, and their network cards. Keys are remembered, and that no choices stand came with the role.
const AT_MOST: u64 = 5;

both_engines!(the_page_size_does_not_change_the_number_of_statements, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    for number in 0..3 {
        world.machine(&ada, &format!("machine-{number}")).await;
    }
    let one = ada.get("/v1/instances?limit=1").await;
    let all = ada.get("/v1/instances?limit=50").await;
    assert_eq!(all.json["items"].as_array().unwrap().len(), 3);
    assert!(one.statements() <= AT_MOST && all.statements() <= AT_MOST, "{} and {} statements", one.statements(), all.statements());

    let next = one.text_at("/next").to_owned();
    let second = ada.get(&format!("/v1/instances?limit=1&after={next}")).await;
    assert_eq!(second.json["items"][0]["hostname"], "machine-1", "newest first, no gap");
});

both_engines!(a_restriction_of_the_organisation_holds_from_the_next_request_on, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    world.machine(&ada, "machine").await;
    let id = ada.get("/v1/me").await.text_at("/organisations/0/id").parse::<OrganisationId>().unwrap();
    let restrict = async |given: bool| {
        let owner = KeyOwner::Organisation(id);
        world.cx.write(async |tx| kernel::choice::set(&tx, owner, "restriction", "", given, "1").await).await.unwrap();
        ada.get("/v1/instances").await.status
    };
    assert_eq!(ada.get("/v1/instances").await.status, 200);
    assert_eq!(restrict(true).await, 423);
    assert_eq!(restrict(false).await, 200);
});
